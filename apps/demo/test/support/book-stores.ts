import { Decimal128 } from 'mongodb'
import type { Receipt } from '../../src/payment/charge-card'
import { paymentsOf } from '../../src/stores/mongo/collections'
import { ownMongo } from './own-mongo'
import { connectTo, privatePostgres } from './private-postgres'
import { onMongo, onPostgres, type SharedStore } from './shared-stores'

/** A store with a book of payments beside the records, and a look at that book from outside. */
export interface BookStore extends SharedStore {
  /** What was entered under a token or, without one, in all. */
  entries(token?: string): Promise<Entry[]>
  /** Enters a payment past the service. */
  enter(token: string, receipt: Receipt): Promise<void>
  remove(token: string): Promise<void>
  /** Removes all that the demo has made. */
  clear(): Promise<void>
}

/** With the amount as the database shows it. */
export interface Entry extends Receipt {
  readonly token: string
}

/** Each with a server, or a database, for the tests of one file. */
export const bookStores = (): Promise<BookStore[]> => Promise.all([postgresWithBook(), mongoWithBook()])

async function postgresWithBook(): Promise<BookStore> {
  const server = await privatePostgres()
  const ask = async (text: string, values?: unknown[]) =>
    (await (await connectTo(server)).query(text, values)).rows
  return {
    ...onPostgres(server),
    entries: (token) => ask('SELECT * FROM demo.payments WHERE token = $1 OR $1 IS NULL', [token]),
    async enter(token, { order_id, charge_id, amount, user_id, description }) {
      await ask(
        `INSERT INTO demo.payments (token, order_id, charge_id, amount, user_id, description)
         VALUES ($1, $2, $3, $4, $5, $6)`,
        [token, order_id, charge_id, amount, user_id, description],
      )
    },
    remove: async (token) => void (await ask('DELETE FROM demo.payments WHERE token = $1', [token])),
    clear: async () => void (await ask('DROP SCHEMA IF EXISTS demo CASCADE')),
  }
}

async function mongoWithBook(): Promise<BookStore> {
  const own = await ownMongo()
  const payments = () => {
    if (own === undefined) throw new Error('there is no MongoDB')
    return paymentsOf(own.look())
  }
  return {
    ...onMongo(own),
    async entries(token) {
      const found = await payments()
        .find(token === undefined ? {} : { _id: token })
        .toArray()
      return found.map(({ _id, amount, ...rest }) => ({ token: _id, ...rest, amount: amount.toString() }))
    },
    async enter(token, { amount, ...receipt }) {
      const entry = { _id: token, ...receipt, amount: Decimal128.fromString(amount), paid_at: new Date() }
      await payments().insertOne(entry)
    },
    remove: async (token) => void (await payments().deleteOne({ _id: token })),
    clear: async () => void (await own?.look().dropDatabase()),
  }
}
