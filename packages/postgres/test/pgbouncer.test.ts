import { describeLockStore, describeStore } from '@idem/conformance'
import { Idem, StoreError } from '@idem/core'
import { serverOrSkip, startPgBouncer } from '@idem/test-servers'
import type { PoolClient } from 'pg'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { PostgresLockStore, PostgresStore } from '../src'
import { claimOf, completionOf } from './claims'
import { database } from './database'

/** Fewer than the clients have: a session is everybody's. */
const SERVER_CONNECTIONS = '3'

const url = inject('postgresUrl')
const settings = { default_pool_size: SERVER_CONNECTIONS }
const bouncer =
  url === undefined ? undefined : serverOrSkip('PgBouncer', await startPgBouncer(url, { settings }))
afterAll(() => bouncer?.stop())

describe.skipIf(bouncer === undefined)('behind PgBouncer in transaction mode', () => {
  const connectionString = bouncer?.url

  describeStore('PostgresStore', {
    create: async () => {
      const db = database()
      // What listens keeps its session, and goes to the server itself.
      const store = new PostgresStore(db.pool({ connectionString }), {
        schema: db.schema,
        listener: await db.client(),
      })
      await store.migrate()
      return { store, db }
    },
    dispose: ({ db }) => db.end(),
  })

  describeLockStore('PostgresLockStore', {
    create: async () => {
      const db = database()
      const store = new PostgresLockStore(db.pool({ connectionString }), {
        schema: db.schema,
        listener: await db.client(),
      })
      await store.migrate()
      return { store, db }
    },
    dispose: ({ db }) => db.end(),
  })

  describe('a store', () => {
    const db = database()
    const { schema } = db
    const pool = db.pool({ connectionString, max: 5 })
    const store = new PostgresStore(pool, { schema })
    const accounts = `"${schema}".accounts`

    beforeAll(async () => {
      await store.migrate()
      await pool.query(`CREATE TABLE ${accounts} (balance integer NOT NULL)`)
      await pool.query(`INSERT INTO ${accounts} VALUES (0)`)
    })
    afterAll(() => db.end())

    const deposit = async ({ tx }: { tx: PoolClient }) => {
      await tx.query('SELECT pg_sleep(0.2)')
      const { rows } = await tx.query<{ balance: number }>(
        `UPDATE ${accounts} SET balance = balance + 10 RETURNING balance`,
      )
      return rows[0]?.balance
    }
    const balance = async () => (await pool.query(`SELECT balance FROM ${accounts}`)).rows[0]

    it('runs a transaction once for 200 duplicates on five connections, and lets other work go on', async () => {
      const key = crypto.randomUUID()
      const processes = Array.from(
        { length: 200 },
        () => new Idem({ store: new PostgresStore(pool, { schema }) }),
      )
      const answers = processes.map((idem) => idem.transaction(key, deposit))
      await Promise.all(Array.from({ length: 50 }, () => pool.query('SELECT pg_sleep(0.01)')))
      expect(new Set(await Promise.all(answers))).toEqual(new Set([10]))
      expect(await balance()).toEqual({ balance: 10 })
    })

    it('runs once for duplicates in and out of transactions', async () => {
      const key = crypto.randomUUID()
      let runs = 0
      const calls = Array.from({ length: 50 }, () =>
        new Idem({ store: new PostgresStore(pool, { schema }) }).run(key, () => ++runs),
      )
      expect(new Set(await Promise.all(calls))).toEqual(new Set([1]))
      expect(await new Idem({ store }).transaction(key, () => 2)).toBe(1)
    })

    it('is brought up to date by 20 clients at once, and swept', async () => {
      const table = 'many'
      const stores = Array.from(
        { length: 20 },
        () => new PostgresStore(db.pool({ connectionString, max: 1 }), { schema, table }),
      )
      await Promise.all(stores.map((each) => each.migrate()))
      const [own] = stores as [PostgresStore]
      await Promise.all(
        Array.from({ length: 300 }, (_, i) => own.claim(claimOf(`${i}`, { leaseMs: 1, keepMs: 1 }))),
      )
      await pool.query(`UPDATE "${schema}".many SET updated_at = updated_at - 2000`)
      expect(await own.sweep({ batchSize: 50 })).toBe(300)
    })

    it('that prepares its statements works where PgBouncer knows of that, and else says what to do', async () => {
      // More clients than the server's connections: some come where another has prepared what they are about to.
      const stores = Array.from(
        { length: Number(SERVER_CONNECTIONS) + 3 },
        () => new PostgresStore(db.pool({ connectionString, max: 1 }), { schema, prepare: true }),
      )
      const failures: unknown[] = []
      for (const each of stores) {
        const claim = claimOf(crypto.randomUUID())
        const outcome = await each.claim(claim).catch((error: unknown) => error)
        if (outcome instanceof StoreError) {
          failures.push(outcome)
          expect(outcome.message).toMatch(/a pooler stands in between.*leave out `prepare`/)
          expect(await store.get(claim.key)).toBeUndefined()
        }
        expect(await store.claim(claim)).toMatchObject({ type: 'acquired', attempt: 1 })
        expect(await store.complete(completionOf(claim))).toBe(true)
      }
      if (bouncer?.knowsPreparedStatements) expect(failures).toEqual([])
      else expect(failures.length).toBeGreaterThanOrEqual(3)

      const key = crypto.randomUUID()
      const transactions = stores.map((each) => new Idem({ store: each }).transaction(key, () => 'done'))
      for (const outcome of await Promise.allSettled(transactions)) {
        if (outcome.status === 'fulfilled') expect(outcome.value).toBe('done')
        else expect(outcome.reason).toMatchObject({ message: expect.stringMatching(/leave out `prepare`/) })
      }
      expect(await new Idem({ store }).transaction(key, () => 'done')).toBe('done')
    })
  })
})
