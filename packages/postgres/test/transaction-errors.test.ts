import { Idem, StoreError } from '@idem/core'
import type { PoolClient } from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { PostgresStore } from '../src'
import { database } from './database'

const db = database()
const pool = db.pool()
const payments = `"${db.schema}".payments`
let key = ''
const asked: unknown[] = []

const idem = new Idem({
  store: new PostgresStore(pool, { schema: db.schema }),
  isRetryable: (error) => asked.push(error) > 0,
})

beforeAll(async () => {
  await new PostgresStore(pool, { schema: db.schema }).migrate()
  await pool.query(`CREATE TABLE ${payments} (id text, UNIQUE (id) DEFERRABLE)`)
})

beforeEach(() => {
  key = crypto.randomUUID()
  asked.length = 0
})

afterAll(() => db.end())

const insert = (tx: PoolClient) => tx.query(`INSERT INTO ${payments} VALUES ($1)`, [key])
const pay = ({ tx }: { tx: PoolClient }) => insert(tx).then(() => 'paid')
const paid = async () => (await pool.query(`SELECT FROM ${payments} WHERE id = $1`, [key])).rowCount

describe('an error in a transaction', () => {
  it('of a statement of the body reaches the caller as the driver has it, and the key is free', async () => {
    const twice = idem.transaction(key, async ({ tx }) => {
      await insert(tx)
      await insert(tx)
    })
    const error = await twice.catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: '23505', severity: 'ERROR' })
    expect(error).not.toBeInstanceOf(StoreError)
    expect(asked).toContain(error)
    expect(await paid()).toBe(0)
    expect(await idem.transaction(key, pay)).toBe('paid')
  })

  it('that the body catches fails the call, for nothing can be committed any more', async () => {
    const careless = idem.transaction(key, async ({ tx }) => {
      await insert(tx)
      await insert(tx).catch(() => {})
      return 'paid'
    })
    await expect(careless).rejects.toThrow(StoreError)
    await expect(careless).rejects.toMatchObject({ cause: { code: '25P02' } })
    expect(await paid()).toBe(0)
    expect(await idem.transaction(key, pay)).toBe('paid')
  })

  it('that the body catches behind a savepoint does no harm', async () => {
    const careful = idem.transaction(key, async ({ tx }) => {
      await insert(tx)
      await tx.query('SAVEPOINT before')
      await insert(tx).catch(() => tx.query('ROLLBACK TO before'))
      return 'paid'
    })
    expect(await careful).toBe('paid')
    expect(await paid()).toBe(1)
  })

  it('of COMMIT is a failure of the store, which nobody is asked about, and the key is free', async () => {
    const late = idem.transaction(key, async ({ tx }) => {
      await tx.query('SET CONSTRAINTS ALL DEFERRED')
      await insert(tx)
      await insert(tx)
    })
    await expect(late).rejects.toThrow(StoreError)
    await expect(late).rejects.toMatchObject({ cause: { code: '23505' } })
    expect(asked).toEqual([])
    expect(await paid()).toBe(0)
    expect(await idem.transaction(key, pay)).toBe('paid')
  })

  it('is the end of a body that asks for a second connection of a pool that has none left', async () => {
    const small = db.pool({ max: 1, connectionTimeoutMillis: 100 })
    const nested = new Idem({ store: new PostgresStore(small, { schema: db.schema }) })
    const starved = nested.transaction(key, () => small.query('SELECT 1'))
    await expect(starved).rejects.toThrow(/timeout/)
    expect(await nested.transaction(key, pay)).toBe('paid')
  })

  it('is what becomes of a body that ends the transaction itself', async () => {
    const ends = async ({ tx }: { tx: PoolClient }) => {
      await insert(tx)
      await tx.query('COMMIT')
      await tx.query('BEGIN')
    }
    await expect(idem.transaction(key, ends)).rejects.toThrow(/ended by the body/)
    expect((await idem.inspect(key))?.state).toBeUndefined()
  })

  it('of the body reaches the caller though it cannot be kept', async () => {
    const own = db.pool({ max: 1 })
    const strict = new Idem({
      store: new PostgresStore(own, { schema: db.schema }),
      isRetryable: () => false,
    })
    const table = `"${db.schema}".records`
    await pool.query(`ALTER TABLE ${table} ADD CONSTRAINT no_failures CHECK (state <> 'failed')`)
    try {
      const declined = strict.transaction(key, () => {
        throw new RangeError('declined')
      })
      await expect(declined).rejects.toThrow(RangeError)
    } finally {
      await pool.query(`ALTER TABLE ${table} DROP CONSTRAINT no_failures`)
    }
  })

  it('is kept though a COMMIT has failed before on that connection, which has prepared statements', async () => {
    const own = db.pool({ max: 1 })
    const store = new PostgresStore(own, { schema: db.schema, prepare: true })
    const strict = new Idem({ store, isRetryable: () => false })
    const late = strict.transaction([key, 'late'], async ({ tx }) => {
      await tx.query('SET CONSTRAINTS ALL DEFERRED')
      await insert(tx)
      await insert(tx)
    })
    await expect(late).rejects.toThrow(StoreError)
    const declined = () =>
      strict.transaction(key, () => {
        throw new RangeError('declined')
      })
    await expect(declined()).rejects.toThrow(RangeError)
    await expect(declined()).rejects.toMatchObject({ code: 'OPERATION_FAILED' })
  })

  it('says why the connection was lost while the body did something else', async () => {
    const slow = idem.transaction(key, async ({ tx }) => {
      await tx.query(`SET LOCAL idle_in_transaction_session_timeout = '50ms'`)
      await new Promise((lost) => tx.once('end', lost))
    })
    await expect(slow).rejects.toThrow(/idle_in_transaction_session_timeout/)
    await expect(slow).rejects.toMatchObject({ code: 'STORE', cause: { code: '25P03' } })
    expect(await idem.transaction(key, pay)).toBe('paid')
  })
})
