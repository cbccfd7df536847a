import { Idem } from '@idem/core'
import type { Client, PoolClient } from 'pg'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { PostgresStore, type PostgresStoreOptions } from '../../src'
import { database } from '../database'

/** Accounts that transactions pay into: one for each test, by the key of that test. */
export function accounts() {
  const db = database()
  const pool = db.pool({ max: 5 })
  const table = `"${db.schema}".accounts`
  const open = async (name: string) => {
    await pool.query(`INSERT INTO ${table} VALUES ($1, 0)`, [name])
  }
  const book = {
    db,
    pool,
    table,
    /** Of the test that runs. */
    key: '',
    open,

    /** What a process has: its own engine, on the pool that all share, or on one of its own. */
    process(options: PostgresStoreOptions = {}, own = pool) {
      return new Idem({ store: new PostgresStore(own, { schema: db.schema, ...options }) })
    },

    /** A body that pays into the account of the test, and answers with its balance. */
    deposit:
      (amount = 10) =>
      async ({ tx }: { tx: PoolClient }) => {
        const text = `UPDATE ${table} SET balance = balance + $2 WHERE name = $1 RETURNING balance`
        const { rows } = await tx.query<{ balance: number }>(text, [book.key, amount])
        return rows[0]?.balance
      },

    async balance(client: Pick<Client, 'query'> = pool): Promise<number | undefined> {
      const { rows } = await client.query<{ balance: number }>(
        `SELECT balance FROM ${table} WHERE name = $1`,
        [book.key],
      )
      return rows[0]?.balance
    },
  }
  beforeAll(async () => {
    await new PostgresStore(pool, { schema: db.schema }).migrate()
    await pool.query(`CREATE TABLE ${table} (name text PRIMARY KEY, balance integer NOT NULL)`)
  })
  beforeEach(async () => {
    book.key = crypto.randomUUID()
    await open(book.key)
  })
  afterAll(() => db.end())
  return book
}
