import { OperationFailedError, StoreError } from '@idem/core'
import { describe, expect, inject, it } from 'vitest'
import { MongoStore } from '../../src'
import { AS_ATTEMPT } from '../../src/transactions/attempt'
import { finalFailureUpdate } from '../../src/transactions/final-failure-update'
import { failCommand } from '../fail-point'
import { accounts } from './accounts'

const book = accounts()
const { own, db, process, deposit, balance } = book

const records = () =>
  own.db
    .collection('idem.records')
    .find({ _id: new RegExp(book.key) as never })
    .toArray()

describe.skipIf(inject('mongoUrl') === undefined)('a transaction', () => {
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
    const idem = process(db, { isRetryable: () => false })
    const failing = () =>
      idem.transaction(book.key, async (ctx) => {
        await deposit()(ctx)
        throw new RangeError('declined')
      })
    await expect(failing()).rejects.toThrow(RangeError)
    await expect(failing()).rejects.toThrow(OperationFailedError)
    expect(await balance()).toBe(0)
    expect(await idem.inspect(book.key)).toMatchObject({
      state: 'failed',
      attempt: 1,
      failure: { name: 'RangeError' },
    })
  })

  it('leaves no final failure where somebody has claimed the key since it was granted', async () => {
    const store = new MongoStore(db)
    const claim = { ...AS_ATTEMPT, key: book.key, owner: 'somebody' }
    const settled = { retentionMs: 60_000, tombstoneMs: 0, kind: 'retryable', failure: 'theirs' } as const
    const outcome = await store.claim(claim)
    await store.fail({ ...claim, ...settled })
    const fence = outcome.type === 'acquired' ? outcome.fence : 0
    const late = { ...claim, owner: 'late' }
    const report = { ...late, ...settled, kind: 'final', failure: 'ours' } as const
    const keep = (granted: number) =>
      own.db
        .collection('idem.records')
        .updateOne(
          { _id: book.key as never },
          finalFailureUpdate(late, report, { attempt: 2, fence: granted }),
        )
    await keep(fence)
    expect(await store.get(book.key)).toMatchObject({ owner: 'somebody', failure: 'theirs', retryable: true })
    await keep(fence + 1)
    const kept = { owner: 'late', failure: 'ours', retryable: false, attempt: 2, fence: fence + 1 }
    expect(await store.get(book.key)).toMatchObject(kept)
  })

  it('is an attempt after one that failed, or was abandoned, outside of transactions', async () => {
    const idem = process()
    const failing = idem.run(book.key, () => {
      throw new Error('first')
    })
    await expect(failing).rejects.toThrow('first')
    let seen = {}
    await idem.transaction(book.key, async (ctx) => {
      seen = { attempt: ctx.attempt }
      return deposit()(ctx)
    })
    expect(seen).toEqual({ attempt: 2 })
    expect(await idem.inspect(book.key)).toMatchObject({ state: 'succeeded', attempt: 2, value: 10 })
  })

  it('is told of a standalone server before its body runs', async () => {
    const through = own.open({ appName: book.key })
    // What a server says that is no member of a replica set.
    await failCommand(own.db, { failCommands: ['findAndModify'], appName: book.key, errorCode: 20, times: 1 })
    let runs = 0
    const refused = process(through).transaction(book.key, () => runs++)
    await expect(refused).rejects.toThrow(StoreError)
    await expect(refused).rejects.toThrow(/transactions need a replica set/)
    expect(runs).toBe(0)
  })
})
