import { Idem, OperationFailedError, StoreError } from '@idem/core'
import { Client, type ClientConfig, type PoolClient } from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { PostgresStore, type PostgresStoreOptions } from '../src'
import { database } from './database'

const db = database()
const pool = db.pool({ max: 5 })
const accounts = `"${db.schema}".accounts`
let key = ''

beforeAll(async () => {
  await new PostgresStore(pool, { schema: db.schema }).migrate()
  await pool.query(`CREATE TABLE ${accounts} (name text PRIMARY KEY, balance integer NOT NULL)`)
})

beforeEach(async () => {
  key = crypto.randomUUID()
  await pool.query(`INSERT INTO ${accounts} VALUES ($1, 0)`, [key])
})

afterAll(() => db.end())

/** What a process has: its own engine, on the pool that all share, or on one of its own. */
function process(options: PostgresStoreOptions = {}, own = pool) {
  return new Idem({ store: new PostgresStore(own, { schema: db.schema, ...options }) })
}

const deposit =
  (amount = 10) =>
  async ({ tx }: { tx: PoolClient }) => {
    const text = `UPDATE ${accounts} SET balance = balance + $2 WHERE name = $1 RETURNING balance`
    const { rows } = await tx.query<{ balance: number }>(text, [key, amount])
    return rows[0]?.balance
  }

async function balance(): Promise<number | undefined> {
  const { rows } = await pool.query<{ balance: number }>(`SELECT balance FROM ${accounts} WHERE name = $1`, [
    key,
  ])
  return rows[0]?.balance
}

const records = async () =>
  (await pool.query(`SELECT FROM "${db.schema}".records WHERE key LIKE $1`, [`%${key}`])).rows

/** A pool whose clients note what they are asked, and may do something about it. */
function observed(before: (text: string, client: Client) => Promise<void> | void) {
  class ObservedClient extends Client {
    constructor(config?: string | ClientConfig) {
      super(config)
      const query = this.query.bind(this) as (...args: unknown[]) => Promise<unknown>
      const told = async (...args: unknown[]) => {
        await before(String(args[0]), this)
        return query(...args)
      }
      Object.defineProperty(this, 'query', { value: told })
    }
  }
  return db.pool({ max: 5, Client: ObservedClient } as object)
}

describe('a transaction', () => {
  it('prepares its statements under names, where that is asked for', async () => {
    const own = db.pool({ max: 1 })
    const idem = process({ prepare: true }, own)
    expect(await idem.transaction(key, deposit())).toBe(10)
    expect(await idem.transaction(key, deposit())).toBe(10)
    const prepared = async () =>
      (await own.query(`SELECT FROM pg_prepared_statements WHERE name LIKE 'idem\\_%'`)).rowCount
    expect(await prepared()).toBe(2)
    await process({}, own).transaction(`${key}:unprepared`, () => 1)
    expect(await prepared()).toBe(2)
  })

  it('commits what it writes and what it answers together, once, whoever asks', async () => {
    const idem = process()
    expect(await idem.transaction(key, deposit())).toBe(10)
    expect(await idem.transaction(key, deposit())).toBe(10)
    expect(await process().transaction(key, deposit())).toBe(10)
    expect(await process().run(key, () => 'no')).toBe(10)
    expect(await balance()).toBe(10)
  })

  it('takes two statements more than the same transaction without it, and no commit', async () => {
    const seen: string[] = []
    const own = observed((text) => {
      seen.push(/records_(\w+)/.exec(text)?.[1] ?? text.split(' ')[0] ?? '')
    })
    await process({}, own).transaction(key, deposit())
    expect(seen).toEqual(['BEGIN', 'begin', 'UPDATE', 'settle', 'COMMIT'])
  })

  it('leaves nothing when its body throws, and the key is free', async () => {
    const error = new Error('declined')
    const failing = process().transaction(key, async (ctx) => {
      await deposit()(ctx)
      throw error
    })
    await expect(failing).rejects.toBe(error)
    expect(await balance()).toBe(0)
    expect(await records()).toHaveLength(0)
    expect(await process().transaction(key, deposit(5))).toBe(5)
  })

  it('leaves a failure that is final, and nothing else', async () => {
    const idem = new Idem({
      store: new PostgresStore(pool, { schema: db.schema }),
      isRetryable: () => false,
    })
    const failing = () =>
      idem.transaction(key, async (ctx) => {
        await deposit()(ctx)
        throw new RangeError('declined')
      })
    await expect(failing()).rejects.toThrow(RangeError)
    await expect(failing()).rejects.toThrow(OperationFailedError)
    expect(await balance()).toBe(0)
  })

  it('is an attempt after one that failed, or was abandoned, outside of transactions', async () => {
    const idem = process()
    await expect(
      idem.run(key, () => {
        throw new Error('first')
      }),
    ).rejects.toThrow('first')
    let seen = {}
    await idem.transaction(key, async (ctx) => {
      seen = { attempt: ctx.attempt }
      return deposit()(ctx)
    })
    expect(seen).toEqual({ attempt: 2 })
    expect(await idem.inspect(key)).toMatchObject({ state: 'succeeded', attempt: 2, value: 10 })
  })

  it('gives way to an attempt that claimed the key meanwhile outside of transactions, and answers with its value', async () => {
    let runs = 0
    const value = await process().transaction(key, async (ctx) => {
      runs++
      await process().run(key, () => 'by run')
      return deposit()(ctx)
    })
    expect(value).toBe('by run')
    expect(runs).toBe(1)
    expect(await balance()).toBe(0)
  })

  it('keeps nobody waiting in the database: 200 duplicates on five connections, and other work beside them', async () => {
    let runs = 0
    const processes = Array.from({ length: 200 }, () => process())
    const answers = processes.map((idem) =>
      idem.transaction(key, async (ctx) => {
        runs++
        await ctx.tx.query('SELECT pg_sleep(0.3)')
        return deposit()(ctx)
      }),
    )
    const others = Array.from({ length: 50 }, () => pool.query('SELECT pg_sleep(0.01)'))
    await Promise.all(others)
    expect(new Set(await Promise.all(answers))).toEqual(new Set([10]))
    expect(runs).toBe(1)
    expect(await balance()).toBe(10)
  })

  it('wakes those who wait elsewhere when it commits', async () => {
    const waiting = new Idem({
      store: new PostgresStore(pool, { schema: db.schema, listener: await db.client() }),
      observer: ({ type }) => {
        if (type === 'waiting') hasWaited()
      },
    })
    let hasWaited = () => {}
    const entered = new Promise<void>((resolve) => {
      hasWaited = resolve
    })
    const answers: Promise<unknown>[] = []
    let settledAt = 0
    await process().transaction(key, async (ctx) => {
      answers.push(waiting.transaction(key, deposit()))
      await entered
      // By now it has looked again, and relies on being told.
      await ctx.tx.query('SELECT pg_sleep(0.3)')
      settledAt = performance.now()
      return deposit()(ctx)
    })
    expect(await Promise.all(answers)).toEqual([10])
    expect(performance.now() - settledAt).toBeLessThan(1000)
  })

  it.each(['repeatable read', 'serializable'] as const)(
    'is repeated as a whole on conflicts, in %s',
    async (isolation) => {
      const idem = process({ isolation })
      let runs = 0
      const deposits = Array.from({ length: 4 }, (_, i) =>
        idem.transaction([key, String(i)], async ({ tx }) => {
          runs++
          const { rows } = await tx.query<{ balance: number }>(
            `SELECT balance FROM ${accounts} WHERE name = $1`,
            [key],
          )
          await tx.query('SELECT pg_sleep(0.05)')
          await tx.query(`UPDATE ${accounts} SET balance = $2 WHERE name = $1`, [
            key,
            (rows[0]?.balance ?? 0) + 10,
          ])
        }),
      )
      await Promise.all(deposits)
      expect(await balance()).toBe(40)
      expect(runs).toBeGreaterThan(4)
    },
  )

  it('is repeated as a whole when it was chosen to end a deadlock', async () => {
    const other = crypto.randomUUID()
    await pool.query(`INSERT INTO ${accounts} VALUES ($1, 0)`, [other])
    const add = (tx: PoolClient, name: string) =>
      tx.query(`UPDATE ${accounts} SET balance = balance + 1 WHERE name = $1`, [name])
    const idem = process()
    let runs = 0
    const crossing = (names: readonly string[]) =>
      idem.transaction([key, ...names], async ({ tx }) => {
        runs++
        await add(tx, names[0] as string)
        await tx.query('SELECT pg_sleep(0.2)')
        await add(tx, names[1] as string)
      })
    await Promise.all([crossing([key, other]), crossing([other, key])])
    expect(await balance()).toBe(2)
    expect(runs).toBe(3)
  })

  it('joins a transaction that the caller has open, and shares its fate', async () => {
    const idem = process()
    const tx = await pool.connect()
    try {
      for (const end of ['ROLLBACK', 'COMMIT']) {
        await tx.query('BEGIN')
        expect(await idem.transaction(key, deposit(), { tx })).toBe(10)
        expect(await idem.transaction(key, deposit(), { tx })).toBe(10)
        await tx.query(end)
        expect(await balance()).toBe(end === 'COMMIT' ? 10 : 0)
      }
      expect(await process().transaction(key, deposit())).toBe(10)
    } finally {
      tx.release()
    }
  })

  it('keeps `run` waiting elsewhere while the transaction that it joined is open', async () => {
    const tx = await pool.connect()
    await tx.query('BEGIN')
    await process().transaction(key, deposit(), { tx })
    const store = new PostgresStore(db.pool({ max: 1 }), { schema: db.schema })
    const events: string[] = []
    const idem = new Idem({ store, observer: ({ type }) => events.push(type) })
    const others = [idem.run(key, () => 'no'), idem.run([key, 'other'], () => 'other')]
    await expect.poll(() => events, { timeout: 4000 }).toContain('waiting')
    expect(await others[1]).toBe('other')
    await tx.query('COMMIT')
    tx.release()
    expect(await others[0]).toBe(10)
    expect(events).not.toContain('store-failed')
  }, 10_000)

  it('is over before a watch is placed that could not hear of it', async () => {
    const store = new PostgresStore(pool, { schema: db.schema, listener: await db.client() })
    const stored = `idem:::${key}`
    const tx = await pool.connect()
    await tx.query('BEGIN')
    await process().transaction(key, deposit(), { tx })
    const leave = new AbortController()
    const seen: unknown[] = []
    const placed = store
      .watch?.(stored, () => {}, leave.signal)
      .then(async () => seen.push(await store.get(stored)))
    const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%records_watch%'`
    await expect.poll(async () => (await pool.query(waiting)).rowCount).toBe(1)
    await tx.query('COMMIT')
    tx.release()
    await placed
    leave.abort()
    expect(seen).toMatchObject([{ state: 'succeeded' }])
  })

  it('is repeated when another attempt was made and failed meanwhile: it is the one after that', async () => {
    const fail = () =>
      process().run(key, () => {
        throw new Error('declined')
      })
    await expect(fail()).rejects.toThrow('declined')
    const attempts: number[] = []
    await process().transaction(key, async (ctx) => {
      attempts.push(ctx.attempt)
      if (attempts.length === 1) await expect(fail()).rejects.toThrow('declined')
      return deposit()(ctx)
    })
    expect(attempts).toEqual([2, 3])
    expect(await process().inspect(key)).toMatchObject({ state: 'succeeded', attempt: 3 })
    expect(await balance()).toBe(10)
  })

  it('is not said to have failed, or to have committed, before it has ended', async () => {
    const stored = `idem:::${key}`
    const committed = (owner: string) =>
      pool.query(`SELECT "${db.schema}".records_committed($1, $2) AS done`, [stored, owner])
    const tx = await pool.connect()
    await tx.query('BEGIN')
    await process().transaction(key, deposit(), { tx })
    const found = await tx.query<{ owner: string }>(
      `SELECT owner FROM "${db.schema}".records WHERE key = $1`,
      [stored],
    )
    const { owner } = found.rows[0] as { owner: string }
    await expect(committed(owner)).rejects.toMatchObject({ code: '55P03' })
    const asked = committed(owner)
    const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%records_committed%'`
    await expect.poll(async () => (await pool.query(waiting)).rowCount).toBe(1)
    await tx.query('COMMIT')
    tx.release()
    expect((await asked).rows).toEqual([{ done: true }])
    expect((await committed('somebody else')).rows).toEqual([{ done: false }])
  })

  it('is refused in a transaction of the caller while another one holds the key', async () => {
    await process().transaction(key, async (ctx) => {
      const tx = await pool.connect()
      try {
        await tx.query('BEGIN')
        await expect(process().transaction(key, deposit(), { tx })).rejects.toMatchObject({
          code: 'IN_PROGRESS',
        })
        await tx.query('ROLLBACK')
      } finally {
        tx.release()
      }
      return deposit()(ctx)
    })
    expect(await balance()).toBe(10)
  })

  it('is looked up when the answer to COMMIT is lost, though it was committed', async () => {
    let lost = 0
    const own = observed(async (text, client) => {
      if (text !== 'COMMIT' || lost++ > 0) return
      await (Client.prototype.query as (text: string) => Promise<unknown>).call(client, 'COMMIT')
      client.connection.stream.destroy()
    })
    expect(await process({}, own).transaction(key, deposit())).toBe(10)
    expect(lost).toBe(1)
    expect(await balance()).toBe(10)
  })

  it('is looked up when COMMIT itself is lost, and reported as a failure of the store', async () => {
    let lost = 0
    const own = observed((text, client) => {
      if (text === 'COMMIT' && lost++ === 0) client.connection.stream.destroy()
    })
    await expect(process({}, own).transaction(key, deposit())).rejects.toThrow(StoreError)
    expect(await balance()).toBe(0)
    expect(await process({}, own).transaction(key, deposit())).toBe(10)
  })

  it('needs a pool: a single client is everybody’s', async () => {
    const idem = new Idem({ store: new PostgresStore(await db.client(), { schema: db.schema }) })
    await expect(idem.transaction(key, () => 1)).rejects.toThrow(/needs a Pool/)
  })
})
