import type { PoolClient } from 'pg'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { lockRow } from '../../src'
import { database, describeOnPostgres } from '../database'

interface Account {
  id: string
  balance: number
}

const db = database()
const pool = db.pool({ max: 20 })
const table = { schema: db.schema, table: 'accounts' }
let id = ''

beforeAll(async () => {
  await pool.query(`CREATE SCHEMA "${db.schema}"`)
  await pool.query(`CREATE TABLE "${db.schema}".accounts (id text PRIMARY KEY, balance integer NOT NULL)`)
})

beforeEach(async () => {
  id = crypto.randomUUID()
  await pool.query(`INSERT INTO "${db.schema}".accounts VALUES ($1, 0)`, [id])
})

afterAll(() => db.end())

async function transaction<T>(run: (tx: PoolClient) => Promise<T>): Promise<T> {
  const tx = await pool.connect()
  try {
    await tx.query('BEGIN')
    const result = await run(tx)
    await tx.query('COMMIT')
    return result
  } catch (error) {
    await tx.query('ROLLBACK')
    throw error
  } finally {
    tx.release()
  }
}

describeOnPostgres('lockRow', () => {
  it('gives a row as it is once nobody else has it: 100 deposits at once, and none is lost', async () => {
    const deposit = () =>
      transaction(async (tx) => {
        const row = await lockRow<Account>(tx, table, { id })
        await tx.query(`UPDATE "${db.schema}".accounts SET balance = $2 WHERE id = $1`, [
          id,
          (row?.balance ?? 0) + 1,
        ])
      })
    await Promise.all(Array.from({ length: 100 }, deposit))
    expect(await transaction((tx) => lockRow<Account>(tx, table, { id }))).toEqual({ id, balance: 100 })
  })

  it('gives undefined where there is no row', async () => {
    expect(await transaction((tx) => lockRow(tx, table, { id: 'nowhere' }))).toBeUndefined()
  })

  it('tells who does not wait that the row is locked', async () => {
    await transaction(async (tx) => {
      await lockRow(tx, table, { id })
      const late = transaction((other) => lockRow(other, table, { id }, { nowait: true }))
      await expect(late).rejects.toMatchObject({ code: 'LOCK_NOT_ACQUIRED', cause: { code: '55P03' } })
    })
    expect(await transaction((tx) => lockRow(tx, table, { id }, { nowait: true }))).toMatchObject({ id })
  })

  it('passes a row over that is locked, if asked to', async () => {
    await transaction(async (tx) => {
      await lockRow(tx, table, { id })
      expect(
        await transaction((other) => lockRow(other, table, { id }, { skipLocked: true })),
      ).toBeUndefined()
    })
    expect(await transaction((tx) => lockRow(tx, table, { id }, { skipLocked: true }))).toMatchObject({ id })
  })

  it('takes nothing in names or values for SQL', async () => {
    const evil = `x'; DELETE FROM "${db.schema}".accounts; --`
    expect(await transaction((tx) => lockRow(tx, table, { id: evil }))).toBeUndefined()
    await expect(transaction((tx) => lockRow(tx, table, { [`id" = id OR "id`]: id }))).rejects.toThrow(
      /does not exist/,
    )
    await expect(transaction((tx) => lockRow(tx, `accounts"; --`, { id }))).rejects.toThrow(/does not exist/)
    expect(await transaction((tx) => lockRow(tx, table, { id }))).toMatchObject({ id })
  })

  it('refuses every row, a pool, and to wait and not to wait', async () => {
    await expect(lockRow(pool, table, { id })).rejects.toThrow(/not a Pool/)
    await expect(transaction((tx) => lockRow(tx, table, {}))).rejects.toThrow(/at least one column/)
    const both = { nowait: true, skipLocked: true }
    await expect(transaction((tx) => lockRow(tx, table, { id }, both))).rejects.toThrow(/exclude each other/)
  })
})
