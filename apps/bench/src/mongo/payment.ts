import type { ClientSession, Db } from 'mongodb'
import type { Library } from '../work/library'
import { type ProtectedPaymentOptions, protectedPayment } from '../work/protected-payment'
import { collectionsOf, WRITES } from './collections'
import { openClient } from './open-client'
import { openMongoStore } from './open-mongo-store'
import { ACCOUNTS, type MongoPlace } from './server'

/** The business: one insert and one update, from one account after another, so that nobody waits for a document. */
function payments(db: Db): (session: ClientSession) => Promise<void> {
  const { payments, accounts } = collectionsOf(db)
  let made = 0
  return async (session) => {
    const account = made++ % ACCOUNTS
    await payments.insertOne({ account, amount: 1 }, { session })
    await accounts.updateOne({ _id: account }, { $inc: { balance: -1 } }, { session })
  }
}

/** The business in a transaction of its own, protected by nothing: called twice, it pays twice. */
export function barePayment({ url }: MongoPlace): Library {
  return {
    name: 'the transaction without idem',
    async open() {
      const client = openClient(url)
      const pay = payments(client.db())
      return {
        call: (_, handler) =>
          client.withSession((session) =>
            session.withTransaction(async () => {
              await pay(session)
              return handler()
            }, WRITES),
          ),
        close: () => client.close(),
      }
    },
  }
}

/** The same business in the transaction that idem opens, which commits the record with it. */
export function idemPayment(place: MongoPlace, options: ProtectedPaymentOptions): Library {
  return protectedPayment(async () => {
    const { store, db, close } = await openMongoStore(place)
    return { store, pay: payments(db), close }
  }, options)
}
