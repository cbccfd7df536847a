import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { compareAndSet } from '../../src'
import { database, describeOnPostgres } from '../database'

interface Stock {
  id: string
  status: string
  version: number
  left: number
  note: string | null
}

const db = database()
const pool = db.pool({ max: 20 })
const table = { schema: db.schema, table: 'stock; "of" things' }
let id = ''

beforeAll(async () => {
  await pool.query(`CREATE SCHEMA "${db.schema}"`)
  await pool.query(`CREATE TABLE "${db.schema}"."stock; ""of"" things"
    (id text PRIMARY KEY, status text NOT NULL, version integer NOT NULL, "left" integer NOT NULL, note text)`)
})

beforeEach(async () => {
  id = crypto.randomUUID()
  await pool.query(`INSERT INTO "${db.schema}"."stock; ""of"" things" VALUES ($1, 'new', 1, 100, NULL)`, [id])
})

afterAll(() => db.end())

describeOnPostgres('compareAndSet', () => {
  it('changes a row that is as it should be, and gives it', async () => {
    const changed = await compareAndSet<Stock>(pool, table, {
      where: { id, status: 'new' },
      set: { status: 'paid' },
    })
    expect(changed).toEqual({ won: true, row: { id, status: 'paid', version: 1, left: 100, note: null } })
  })

  it('leaves a row alone that is not, or that is not there', async () => {
    const change = { where: { id, status: 'paid' }, set: { status: 'sent' } }
    expect(await compareAndSet(pool, table, change)).toEqual({ won: false, row: undefined })
    const elsewhere = { where: { id: 'nowhere', status: 'new' }, set: { status: 'sent' } }
    expect(await compareAndSet(pool, table, elsewhere)).toEqual({ won: false, row: undefined })
  })

  it('lets one of 100 win who try at once: a state machine', async () => {
    const change = { where: { id, status: 'new' }, set: { status: 'paid' } }
    const tries = await Promise.all(Array.from({ length: 100 }, () => compareAndSet(pool, table, change)))
    expect(tries.filter(({ won }) => won)).toHaveLength(1)
  })

  it('sells 100 things to 150 buyers, and never one twice: an optimistic lock', async () => {
    const buy = async (): Promise<boolean> => {
      for (;;) {
        const { rows } = await pool.query<Stock>(
          `SELECT * FROM "${db.schema}"."stock; ""of"" things" WHERE id = $1`,
          [id],
        )
        const { version, left } = rows[0] as Stock
        if (left === 0) return false
        const set = { version: version + 1, left: left - 1 }
        if ((await compareAndSet(pool, table, { where: { id, version }, set })).won) return true
      }
    }
    const bought = await Promise.all(Array.from({ length: 150 }, buy))
    expect(bought.filter(Boolean)).toHaveLength(100)
  }, 60_000)

  it('shares the fate of its transaction', async () => {
    const tx = await pool.connect()
    await tx.query('BEGIN')
    await compareAndSet(tx, table, { where: { id }, set: { status: 'paid' } })
    await tx.query('ROLLBACK')
    tx.release()
    expect(
      await compareAndSet(pool, table, { where: { id, status: 'new' }, set: { note: 'x' } }),
    ).toMatchObject({
      won: true,
    })
  })

  it('takes null for NULL, in conditions too', async () => {
    expect((await compareAndSet(pool, table, { where: { id, note: null }, set: { note: 'x' } })).won).toBe(
      true,
    )
    expect((await compareAndSet(pool, table, { where: { id, note: null }, set: { note: 'y' } })).won).toBe(
      false,
    )
    expect((await compareAndSet(pool, table, { where: { id, note: 'x' }, set: { note: null } })).won).toBe(
      true,
    )
  })

  it('takes nothing in names or values for SQL', async () => {
    const evil = `'; DROP SCHEMA "${db.schema}" CASCADE; --`
    expect((await compareAndSet(pool, table, { where: { id: evil }, set: { status: evil } })).won).toBe(false)
    expect((await compareAndSet(pool, table, { where: { id }, set: { status: evil } })).won).toBe(true)
    for (const name of [`id" = id; --`, `id" IS NOT NULL OR "id`, `"`, evil]) {
      const attempts = [
        () => compareAndSet(pool, table, { where: { [name]: id }, set: { status: 'x' } }),
        () => compareAndSet(pool, table, { where: { id }, set: { [name]: 'x' } }),
        () => compareAndSet(pool, name, { where: { id }, set: { status: 'x' } }),
        () =>
          compareAndSet(pool, { schema: db.schema, table: name }, { where: { id }, set: { status: 'x' } }),
      ]
      for (const attempt of attempts) await expect(attempt()).rejects.toThrow(/does not exist/)
    }
    expect(
      (await compareAndSet(pool, table, { where: { id, status: evil }, set: { status: 'new' } })).won,
    ).toBe(true)
  })

  it('refuses what would be every row, or nothing, or left to chance', async () => {
    const refused: [change: object, says: RegExp][] = [
      [{ where: {}, set: { status: 'x' } }, /where must have at least one column/],
      [{ where: { id }, set: {} }, /set must have at least one column/],
      [{ where: { id, status: undefined }, set: { status: 'x' } }, /where.status is undefined/],
      [{ where: { id: null, '': 1 }, set: { status: 'x' } }, /where has a name that is none/],
    ]
    for (const [change, says] of refused) {
      await expect(compareAndSet(pool, table, change as never)).rejects.toThrow(says)
    }
    await expect(compareAndSet(pool, 1 as never, { where: { id }, set: { id } })).rejects.toThrow(
      /table has a name/,
    )
    await pool.query(`INSERT INTO "${db.schema}"."stock; ""of"" things" VALUES ($1, 'new', 1, 1, $2)`, [
      `${id}2`,
      id,
    ])
    await compareAndSet(pool, table, { where: { id }, set: { note: id } })
    await expect(compareAndSet(pool, table, { where: { note: id }, set: { status: 'x' } })).rejects.toThrow(
      RangeError,
    )
  })
})
