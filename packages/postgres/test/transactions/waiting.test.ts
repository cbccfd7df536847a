import { Idem } from '@idem/core'
import { expect, it } from 'vitest'
import { PostgresStore } from '../../src'
import { describeOnPostgres } from '../database'
import { accounts } from './accounts'

const book = accounts()
const { db, pool, process, deposit, balance } = book

describeOnPostgres('a duplicate of a transaction', () => {
  it('keeps nobody waiting in the database: 200 duplicates on five connections, and other work beside them', async () => {
    let runs = 0
    const processes = Array.from({ length: 200 }, () => process())
    const answers = processes.map((idem) =>
      idem.transaction(book.key, async (ctx) => {
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

  it('is answered while another one is being answered, in a transaction that stays open', async () => {
    await process().transaction(book.key, deposit())
    const open = await pool.connect()
    await open.query('BEGIN')
    expect(await process().transaction(book.key, deposit(), { tx: open })).toBe(10)
    const hurried = { onInProgress: 'reject' } as const
    expect(await process().transaction(book.key, deposit(), hurried)).toBe(10)
    await open.query('ROLLBACK')
    open.release()
  })

  it('does not run while another takes up again what has failed, in a transaction that is open', async () => {
    const failing = { isRetryable: () => true }
    await process()
      .run(book.key, () => Promise.reject(new Error('declined')), failing)
      .catch(() => {})
    const open = await pool.connect()
    await open.query('BEGIN')
    expect(await process().transaction(book.key, deposit(), { tx: open })).toBe(10)
    const hurried = process().transaction(book.key, deposit(), { onInProgress: 'reject' })
    await expect(hurried).rejects.toMatchObject({ code: 'IN_PROGRESS' })
    await open.query('COMMIT')
    open.release()
    expect(await process().transaction(book.key, deposit())).toBe(10)
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
    await process().transaction(book.key, async (ctx) => {
      answers.push(waiting.transaction(book.key, deposit()))
      await entered
      // By now it has looked again, and relies on being told.
      await ctx.tx.query('SELECT pg_sleep(0.3)')
      settledAt = performance.now()
      return deposit()(ctx)
    })
    expect(await Promise.all(answers)).toEqual([10])
    expect(performance.now() - settledAt).toBeLessThan(1000)
  })

  it('is over before a watch is placed that could not hear of it', async () => {
    const store = new PostgresStore(pool, { schema: db.schema, listener: await db.client() })
    // A watch waits a quarter of a second, and no longer: it is to be seen while it does.
    for (let nth = 0, isSeen = false; !isSeen; nth++) {
      const key = `${book.key}:${nth}`
      const stored = `idem:::${key.replace(':', '%3A')}`
      const leave = new AbortController()
      const seen: unknown[] = []
      const tx = await pool.connect()
      await tx.query('BEGIN')
      await process().transaction(key, () => 'value', { tx })
      const beganAt = performance.now()
      const placed = store
        .watch?.(stored, () => {}, leave.signal)
        .then(async () => seen.push(await store.get(stored)))
      const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%${db.schema}%records_watch%'`
      while (seen.length === 0 && (await pool.query(waiting)).rowCount === 0);
      isSeen = seen.length === 0
      await tx.query('COMMIT')
      tx.release()
      isSeen &&= performance.now() - beganAt < 200
      await placed
      leave.abort()
      if (isSeen) expect(seen).toMatchObject([{ state: 'succeeded' }])
      expect(nth).toBeLessThan(20)
    }
  })
})
