import { describe, expect, it, vi } from 'vitest'
import { watched } from '../support/watched'
import { aClaim, aCompletion, composeScene, EPOCH, KEY } from './compose-scene'

describe('composeStore that reads without the lock', () => {
  it('answers that need no write, once a grant has told the clock', async () => {
    const { store, anotherStore, lock, repository } = composeScene()
    await store.claim(aClaim('one', { fingerprint: 'f' }))
    lock.calls.length = 0
    expect(await store.claim(aClaim('two'))).toMatchObject({ type: 'running', leaseMs: 30_000 })
    expect(await store.claim(aClaim('two', { fingerprint: 'g' }))).toEqual({ type: 'mismatch' })
    expect(lock.calls).toEqual([])
    await store.complete(aCompletion('one'))
    lock.calls.length = 0
    repository.calls.length = 0
    expect(await store.claim(aClaim('two'))).toMatchObject({ type: 'settled', value: '"paid"' })
    expect(await store.get(KEY)).toMatchObject({ state: 'succeeded' })
    expect(await store.list({ prefix: '', limit: 10 })).toMatchObject({ records: [{ key: KEY }] })
    expect(lock.calls).toEqual([])
    expect(repository.calls).toEqual(['get', 'get', 'list'])

    const fresh = anotherStore()
    expect(await fresh.claim(aClaim('two'))).toMatchObject({ type: 'settled' })
    expect(lock.calls).toEqual(['acquire', 'release'])
  })

  it('never what has run out: a grant on its way is counted as if it were old', async () => {
    const { store, lock, repository, time } = composeScene()
    await store.claim(aClaim('one'))
    await store.complete(aCompletion('one', 5_000))
    // The next grant is read now and comes 600 ms later.
    lock.script('acquire', 'held back')
    const other = watched(store.claim(aClaim('two', { key: 'other' })))
    await time.advance(600)
    lock.letThrough()
    await time.settle()
    expect(other.state).toBe('resolved')
    await time.advance(4_399)
    lock.calls.length = 0
    expect(await store.claim(aClaim('two'))).toMatchObject({ type: 'settled', retentionMs: 1 })
    expect(lock.calls).toEqual([])
    await time.advance(1)
    expect(await store.claim(aClaim('two'))).toMatchObject({ type: 'acquired' })
    expect(repository.row(KEY)).toMatchObject({ owner: 'two' })
  })

  it('says under the lock only that something has run out', async () => {
    const { store, lock, time } = composeScene()
    await store.claim(aClaim('one', { leaseMs: 1_000 }))
    await store.claim(aClaim('one', { key: 'buried' }))
    await store.complete({ ...aCompletion('one', 1_000), key: 'buried', tombstoneMs: 60_000 })
    await time.advance(1_000)
    lock.calls.length = 0
    expect(await store.claim(aClaim('two', { onAbandoned: 'reject' }))).toMatchObject({ type: 'abandoned' })
    expect(lock.calls).toEqual(['acquire', 'release'])
    expect(await store.claim(aClaim('two', { key: 'buried' }))).toEqual({ type: 'expired' })
    expect(lock.calls).toEqual(['acquire', 'release', 'acquire', 'release'])
  })

  it('asks for the clock again when it was told it too long ago, or when the local clock has jumped', async () => {
    const { store, lock, time } = composeScene()
    const reads = [
      () => store.claim(aClaim('two')),
      () => store.get(KEY),
      () => store.list({ prefix: '', limit: 1 }),
    ]
    for (const read of reads) {
      for (const [passes, calls] of [
        [10_001, ['acquire', 'release']],
        [10_000, []],
        [-10_000, ['acquire', 'release']],
      ] as const) {
        await store.claim(aClaim('one', { leaseMs: 3_600_000 }))
        time.freeze(passes)
        lock.calls.length = 0
        await read()
        expect(lock.calls).toEqual(calls)
      }
    }
  })

  it("goes by the lock store's clock, whatever the date is here", async () => {
    vi.useFakeTimers({ now: 0, toFake: ['Date'] })
    try {
      const { store, time } = composeScene()
      await store.claim(aClaim('one'))
      vi.setSystemTime(EPOCH * 2)
      await time.advance(5_000)
      expect(await store.get(KEY)).toMatchObject({
        state: 'running',
        createdAt: EPOCH + 1_000,
        leaseMs: 25_000,
      })
    } finally {
      vi.useRealTimers()
    }
  })
})
