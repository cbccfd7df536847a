import { Idem, type IdemOptions } from '@idem/core'
import type { ClientSession, Db } from 'mongodb'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { MongoStore } from '../../src'
import { database } from '../database'

export interface Account {
  readonly _id: string
  readonly balance: number
}

/** Accounts that transactions pay into: one for each test, by the key of that test. */
export function accounts() {
  const own = database()
  const db = own.open({ maxPoolSize: 5 })
  const all = own.db.collection<Account>('accounts')
  const book = {
    own,
    /** On a pool of five. */
    db,
    /** Of the test that runs. */
    key: '',

    /** What a process has: its own engine, on the client that all share, or on one of its own. */
    process: (through: Db = db, options: Partial<IdemOptions> = {}) =>
      new Idem({ ...options, store: new MongoStore(through) }),

    /** A body that pays into the account of the test, and answers with its balance. */
    deposit:
      (amount = 10, through = db) =>
      async ({ tx }: { tx: ClientSession }) => {
        const account = await through
          .collection<Account>('accounts')
          .findOneAndUpdate(
            { _id: book.key },
            { $inc: { balance: amount } },
            { session: tx, returnDocument: 'after' },
          )
        return account?.balance
      },

    balance: async () => (await all.findOne({ _id: book.key }))?.balance,
  }
  beforeAll(async () => {
    await new MongoStore(db).migrate()
    await own.db.createCollection('accounts')
  })
  beforeEach(async () => {
    book.key = crypto.randomUUID()
    await all.insertOne({ _id: book.key, balance: 0 })
  })
  afterAll(() => own.end())
  return book
}
