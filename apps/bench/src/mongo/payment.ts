import { Idem } from '@idem/core'
import type { ClientSession, Db } from 'mongodb'
import { PAYLOAD } from '../work/answer'
import type { Library } from '../work/library'
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

export interface IdemPaymentOptions {
  readonly name: string
  /** Whether calls come with a payload of 200 bytes, whose hash idem takes and keeps. */
  readonly fingerprint?: boolean | undefined
}

/** The same business in the transaction that idem opens, which commits the record with it. */
export function idemPayment(place: MongoPlace, { name, fingerprint }: IdemPaymentOptions): Library {
  const options = fingerprint ? { fingerprint: PAYLOAD } : {}
  return {
    name,
    async open() {
      const { store, db, close } = await openMongoStore(place)
      const idem = new Idem({ store })
      const pay = payments(db)
      return {
        call: (key, handler) =>
          idem.transaction(
            key,
            async ({ tx }) => {
              await pay(tx)
              return handler()
            },
            options,
          ),
        close,
      }
    },
  }
}
