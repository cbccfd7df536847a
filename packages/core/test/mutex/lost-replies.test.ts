import { describe, expect, it } from 'vitest'
import { StoreError } from '../../src/errors'
import { watched } from '../support/watched'
import { mutexScene } from './mutex-scene'

const NAME = 'idem:door'

describe('Mutex whose calls go astray', () => {
  it.each(['fails', 'lost', 'hangs'] as const)(
    'asks again as the same owner if the call %s',
    async (fate) => {
      const { mutex, store, time } = mutexScene()
      store.script('acquire', fate, fate)
      const acquiring = watched(mutex.acquire('door'))
      await time.advance(5_000)
      expect(acquiring.state).toBe('resolved')
      expect(store.count('acquire')).toBe(3)
      expect(await acquiring.value?.isHeld()).toBe(true)
      expect(await store.inner.isHeld(NAME, 'token-1')).toBe(true)
    },
  )

  it('gives up after three calls, in bounded time, with StoreError', async () => {
    for (const [fate, options, ms] of [
      ['fails', {}, 100],
      ['hangs', {}, 3 * 2_000 + 100],
      ['hangs', { storeTimeout: 500 }, 3 * 500 + 100],
      ['hangs', { ttl: 100 }, 3 * 100 + 100],
    ] as const) {
      const { mutex, store, time } = mutexScene(options)
      store.always(fate, 'acquire')
      const acquiring = watched(mutex.acquire('door'))
      const trying = watched(mutex.tryAcquire('door'))
      await time.advance(ms)
      expect(store.count('acquire')).toBe(6)
      for (const attempt of [acquiring, trying]) {
        expect(attempt.state).toBe('rejected')
        expect(attempt.error).toBeInstanceOf(StoreError)
        if (fate === 'hangs')
          expect((attempt.error as Error).message).toMatch(/^the lock store gave no answer within \d+ ms$/)
      }
    }
  })

  it('leaves nothing locked if all replies were lost', async () => {
    const { mutex, store, time } = mutexScene()
    store.always('lost', 'acquire')
    const acquiring = watched(mutex.acquire('door'))
    await time.advance(1_000)
    expect(acquiring.state).toBe('rejected')
    expect(await store.inner.isHeld(NAME)).toBe(false)
  })

  it('leaves nothing locked by calls that reach the store after it has given up', async () => {
    const { mutex, store, time } = mutexScene()
    store.always('late', 'acquire')
    const acquiring = watched(mutex.acquire('door'))
    await time.advance(7_000)
    expect(acquiring.state).toBe('rejected')
    store.letThrough()
    await time.settle()
    expect(await store.inner.isHeld(NAME)).toBe(false)
  })

  it('leaves nothing locked by a call that was lost before the lock turned out to be held by another', async () => {
    const { mutex, store, time, rival, rivalLeaves } = mutexScene()
    store.script('acquire', 'late')
    await rival(60_000)
    const trying = watched(mutex.tryAcquire('door'))
    await time.advance(3_000)
    expect(trying).toMatchObject({ state: 'resolved', value: undefined })
    await rivalLeaves()
    store.letThrough()
    await time.settle()
    expect(await store.inner.isHeld(NAME)).toBe(false)
  })

  it('leaves nothing locked by a call that reaches the store after the lock was given back', async () => {
    const { mutex, store, time } = mutexScene()
    store.script('acquire', 'late')
    const acquiring = watched(mutex.acquire('door'))
    await time.advance(3_000)
    expect(await acquiring.value?.release()).toBe(true)
    store.letThrough()
    await time.settle()
    expect(await store.inner.isHeld(NAME)).toBe(false)
  })

  it('gives back a grant that arrives after the caller has left', async () => {
    const { mutex, store, time } = mutexScene()
    store.script('acquire', 'held back')
    store.script('release', 'fails')
    const leave = new AbortController()
    const acquiring = watched(mutex.acquire('door', { signal: leave.signal }))
    await time.settle()
    leave.abort(new Error('tired'))
    await time.settle()
    expect(acquiring).toMatchObject({ state: 'rejected', error: new Error('tired') })
    expect(await store.inner.isHeld(NAME)).toBe(true)
    store.letThrough()
    await time.settle()
    expect(await store.inner.isHeld(NAME)).toBe(false)
  })

  it('gives back a grant that arrives in the very moment in which the caller leaves', async () => {
    const { mutex, store, time } = mutexScene()
    store.script('acquire', 'held back')
    const leave = new AbortController()
    const acquiring = watched(mutex.acquire('door', { signal: leave.signal }))
    await time.settle()
    leave.abort(new Error('tired'))
    store.letThrough()
    await time.settle()
    expect(acquiring.state).toBe('rejected')
    expect(await store.inner.isHeld(NAME)).toBe(false)
  })

  it('leaves at once if the signal aborts while the store is called', async () => {
    const { mutex, store } = mutexScene()
    const leave = new AbortController()
    store.acquire = () => {
      leave.abort(new Error('tired'))
      return new Promise(() => {})
    }
    await expect(mutex.acquire('door', { signal: leave.signal })).rejects.toThrow('tired')
  })

  it('asks no more once the caller has left', async () => {
    const { mutex, store, time } = mutexScene()
    store.always('hangs', 'acquire')
    const leave = new AbortController()
    const acquiring = watched(mutex.acquire('door', { signal: leave.signal }))
    await time.settle()
    leave.abort()
    await time.advance(10_000)
    expect(acquiring.state).toBe('rejected')
    expect(store.calls).toEqual(['acquire', 'release'])
  })

  it('does not use a grant whose time was over when it came, and asks again', async () => {
    const { mutex, store, time } = mutexScene({ ttl: 1_000, storeTimeout: '1m' })
    store.script('acquire', 'held back')
    const acquiring = watched(mutex.acquire('door'))
    await time.advance(960)
    store.letThrough()
    await time.advance(100)
    expect(store.count('acquire')).toBe(2)
    expect(acquiring.state).toBe('resolved')
    expect(acquiring.value?.signal.aborted).toBe(false)
    await time.advance(10_000)
    expect(acquiring.value?.signal.aborted).toBe(false)
  })

  it('relies on the shorter time while an earlier call may still reach the store', async () => {
    const { mutex, store, time, rival } = mutexScene({ ttl: 1_000 })
    store.script('acquire', 'late')
    const acquiring = watched(mutex.acquire('door'))
    await time.advance(1_100)
    const lock = acquiring.value
    expect(await lock?.extend('1m')).toBe(true)
    store.letThrough()
    await time.settle()
    store.always('fails', 'extend')
    // The late call has set the time back to 1 s.
    await time.advance(999)
    expect(lock?.signal.aborted).toBe(true)
    await time.advance(2)
    expect(await rival(1)).toMatchObject({ acquired: true })
  })

  it('asks isHeld again where a reply is lost, and throws StoreError when there is none', async () => {
    const { mutex, store, time } = mutexScene()
    const lock = await mutex.acquire('door')
    store.script('isHeld', 'lost', 'hangs')
    const asking = watched(lock.isHeld())
    await time.advance(3_000)
    expect(asking).toMatchObject({ state: 'resolved', value: true })
    store.always('fails', 'isHeld')
    const failing = watched(lock.isHeld())
    await time.advance(100)
    expect(failing).toMatchObject({ state: 'rejected', error: { code: 'STORE' } })
    expect(lock.signal.aborted).toBe(false)
  })
})
