import { PGlite, type Transaction } from '@electric-sql/pglite'
import { describeLockStore, describeStore } from '@idem/conformance'
import { Idem } from '@idem/core'
import { describe, expect, it } from 'vitest'
import { PostgresLockStore } from '../src/postgres-lock-store'
import { PostgresStore } from '../src/postgres-store'

const without = { ownClock: 'PGlite is part of this process, and has its clock' }

describeStore('PostgresStore on PGlite', {
  without,
  create: async () => {
    const database = await PGlite.create()
    const store = new PostgresStore(database)
    await store.migrate()
    return { store, database }
  },
  dispose: ({ database }) => database.close(),
})

describeLockStore('PostgresLockStore on PGlite', {
  without,
  create: async () => {
    const database = await PGlite.create()
    const store = new PostgresLockStore(database)
    await store.migrate()
    return { store, database }
  },
  dispose: ({ database }) => database.close(),
})

describe('a transaction on PGlite', () => {
  it('commits what it writes and what it answers together, or nothing', async () => {
    const database = await PGlite.create()
    const store = new PostgresStore<Transaction>(database, { isolation: 'serializable' })
    await store.migrate()
    await database.query('CREATE TABLE payments (amount integer)')
    const payments = async () => (await database.query('SELECT * FROM payments')).rows
    const pay = async ({ tx }: { tx: Transaction }) => {
      await tx.query('INSERT INTO payments VALUES (10)')
      return 'paid'
    }
    const failing = new Idem({ store }).transaction('payment', async (ctx) => {
      await pay(ctx)
      throw new Error('declined')
    })
    await expect(failing).rejects.toThrow('declined')
    expect(await payments()).toEqual([])
    const duplicates = Array.from({ length: 10 }, () => new Idem({ store }).transaction('payment', pay))
    expect(new Set(await Promise.all(duplicates))).toEqual(new Set(['paid']))
    expect(await payments()).toEqual([{ amount: 10 }])
    await database.close()
  }, 60_000)
})
