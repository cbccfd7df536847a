import { Idem, OperationFailedError } from '@idem/core'
import { expect, it } from 'vitest'
import { PostgresStore } from '../../src'
import { describeOnPostgres } from '../database'
import { accounts } from './accounts'

const book = accounts()
const { db, pool, process, deposit, balance } = book

const records = async () =>
  (await pool.query(`SELECT FROM "${db.schema}".records WHERE key LIKE $1`, [`%${book.key}`])).rows

describeOnPostgres('a transaction', () => {
  it('commits what it writes and what it answers together, once, whoever asks', async () => {
    const idem = process()
    expect(await idem.transaction(book.key, deposit())).toBe(10)
    expect(await idem.transaction(book.key, deposit())).toBe(10)
    expect(await process().transaction(book.key, deposit())).toBe(10)
    expect(await process().run(book.key, () => 'no')).toBe(10)
    expect(await balance()).toBe(10)
  })

  it('leaves nothing when its body throws, and the key is free', async () => {
    const error = new Error('declined')
    const failing = process().transaction(book.key, async (ctx) => {
      await deposit()(ctx)
      throw error
    })
    await expect(failing).rejects.toBe(error)
    expect(await balance()).toBe(0)
    expect(await records()).toHaveLength(0)
    expect(await process().transaction(book.key, deposit(5))).toBe(5)
  })

  it('leaves a failure that is final, and nothing else', async () => {
    const idem = new Idem({
      store: new PostgresStore(pool, { schema: db.schema }),
      isRetryable: () => false,
    })
    const failing = () =>
      idem.transaction(book.key, async (ctx) => {
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
      idem.run(book.key, () => {
        throw new Error('first')
      }),
    ).rejects.toThrow('first')
    let seen = {}
    await idem.transaction(book.key, async (ctx) => {
      seen = { attempt: ctx.attempt }
      return deposit()(ctx)
    })
    expect(seen).toEqual({ attempt: 2 })
    expect(await idem.inspect(book.key)).toMatchObject({ state: 'succeeded', attempt: 2, value: 10 })
  })

  it('gives way to an attempt that claimed the key meanwhile outside of transactions, and answers with its value', async () => {
    let runs = 0
    const value = await process().transaction(book.key, async (ctx) => {
      runs++
      await process().run(book.key, () => 'by run')
      return deposit()(ctx)
    })
    expect(value).toBe('by run')
    expect(runs).toBe(1)
    expect(await balance()).toBe(0)
  })

  it('needs a pool: a single client is everybody’s', async () => {
    const idem = new Idem({ store: new PostgresStore(await db.client(), { schema: db.schema }) })
    await expect(idem.transaction(book.key, () => 1)).rejects.toThrow(/needs a Pool/)
  })
})
