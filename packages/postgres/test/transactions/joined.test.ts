import { Idem } from '@idem/core'
import { expect, it } from 'vitest'
import { PostgresStore } from '../../src'
import { describeOnPostgres } from '../database'
import { accounts } from './accounts'

const book = accounts()
const { db, pool, process, deposit, balance } = book

describeOnPostgres('a transaction of the caller’s', () => {
  it('joins a transaction that the caller has open, and shares its fate', async () => {
    const idem = process()
    const tx = await pool.connect()
    try {
      for (const end of ['ROLLBACK', 'COMMIT']) {
        await tx.query('BEGIN')
        expect(await idem.transaction(book.key, deposit(), { tx })).toBe(10)
        expect(await idem.transaction(book.key, deposit(), { tx })).toBe(10)
        await tx.query(end)
        expect(await balance()).toBe(end === 'COMMIT' ? 10 : 0)
      }
      expect(await process().transaction(book.key, deposit())).toBe(10)
    } finally {
      tx.release()
    }
  })

  it('keeps `run` waiting elsewhere while the transaction that it joined is open', async () => {
    const tx = await pool.connect()
    await tx.query('BEGIN')
    await process().transaction(book.key, deposit(), { tx })
    const store = new PostgresStore(db.pool({ max: 1 }), { schema: db.schema })
    const events: string[] = []
    const idem = new Idem({ store, observer: ({ type }) => events.push(type) })
    const others = [idem.run(book.key, () => 'no'), idem.run([book.key, 'other'], () => 'other')]
    await expect.poll(() => events, { timeout: 4000 }).toContain('waiting')
    expect(await others[1]).toBe('other')
    await tx.query('COMMIT')
    tx.release()
    expect(await others[0]).toBe(10)
    expect(events).not.toContain('store-failed')
  }, 10_000)

  it('is refused in a transaction of the caller while another one holds the key', async () => {
    await process().transaction(book.key, async (ctx) => {
      const tx = await pool.connect()
      try {
        await tx.query('BEGIN')
        await expect(process().transaction(book.key, deposit(), { tx })).rejects.toMatchObject({
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

  it.each([false, true])(
    'leaves the pool to others while duplicates wait for it; with a listener: %s',
    async (listens) => {
      const tx = await pool.connect()
      await tx.query('BEGIN')
      const small = db.pool({ max: 2 })
      const listener = listens ? await db.client() : undefined
      const keys = [0, 1].map((nth) => [book.key, String(nth)])
      for (const key of keys) await process().transaction(key, () => key[1], { tx })
      const waiting: string[] = []
      const idem = new Idem({
        store: new PostgresStore(small, { schema: db.schema, listener }),
        observer: ({ type, key = '' }: { type: string; key?: string }) => {
          if (type === 'waiting') waiting.push(key)
        },
      })
      const duplicates = keys.map((key) => idem.transaction(key, () => 'no'))
      await expect.poll(() => waiting).toHaveLength(2)
      for (let nth = 0; nth < 20; nth++) {
        await small.query('SELECT 1')
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      await tx.query('COMMIT')
      tx.release()
      expect(await Promise.all(duplicates)).toEqual(['0', '1'])
    },
  )

  it('is nobody’s failure: who waited for it in vain runs, although an attempt before it had failed', async () => {
    const failing = () => {
      throw new Error('declined')
    }
    await expect(process().run(book.key, failing)).rejects.toThrow('declined')
    const tx = await pool.connect()
    await tx.query('BEGIN')
    await process().transaction(book.key, deposit(), { tx })
    const store = new PostgresStore(db.pool({ max: 1 }), { schema: db.schema })
    let hasWaited = () => {}
    const waiting = new Promise<void>((resolve) => {
      hasWaited = resolve
    })
    const idem = new Idem({ store, observer: ({ type }) => type === 'waiting' && hasWaited() })
    const other = idem.run(book.key, (ctx) => ctx.attempt)
    await waiting
    await tx.query('ROLLBACK')
    tx.release()
    expect(await other).toBe(2)
  })
})
