import { describe, expect, it } from 'vitest'
import { LockNotAcquiredError, StoreError } from '../../src/errors'
import { MemoryLockStore } from '../../src/memory/memory-lock-store'
import { Mutex } from '../../src/mutex/mutex'
import { watched } from '../support/watched'
import { mutexScene } from './mutex-scene'

describe('Mutex', () => {
  it('grants a free lock at once, in one call', async () => {
    const { mutex, store } = mutexScene()
    const lock = await mutex.acquire('door')
    expect(lock.name).toBe('door')
    expect(lock.fence).toBeGreaterThan(1_700_000_000_000_000)
    expect(lock.signal.aborted).toBe(false)
    expect(await lock.isHeld()).toBe(true)
    expect(store.calls).toEqual(['acquire', 'isHeld'])
  })

  it('grants locks of different names at the same time, and tells parts of names apart', async () => {
    const { mutex } = mutexScene()
    const names = ['a', 'b', ['a', 'b'], ['a,b'], ['a:b'], 'a%3Ab']
    for (const name of names) expect(await mutex.tryAcquire(name)).toBeDefined()
    for (const name of names) expect(await mutex.tryAcquire(name)).toBeUndefined()
  })

  it('keeps namespaces apart, whatever they are made of', async () => {
    const store = new MemoryLockStore()
    expect(await new Mutex({ store, namespace: 'a' }).tryAcquire('b:c')).toBeDefined()
    expect(await new Mutex({ store, namespace: 'a:b' }).tryAcquire('c')).toBeDefined()
    expect(await new Mutex({ store, namespace: 'a' }).tryAcquire('b:c')).toBeUndefined()
  })

  it('has fences that grow from holder to holder', async () => {
    const { mutex } = mutexScene()
    const fences: number[] = []
    for (let round = 0; round < 5; round++) {
      fences.push(await mutex.run('door', ({ fence }) => fence))
    }
    expect(fences).toEqual([...new Set(fences)].sort((one, other) => one - other))
  })

  it('holds a lock for the ttl of the call, else of the mutex, else for 10 s', async () => {
    for (const [options, call, ttlMs] of [
      [{}, {}, 10_000],
      [{ ttl: '5s' }, {}, 5_000],
      [{ ttl: '5s' }, { ttl: 700 }, 700],
    ] as const) {
      const { mutex, store, time, rival } = mutexScene(options)
      await mutex.acquire('door', call)
      time.freeze(ttlMs - 1)
      expect(await rival(1)).toMatchObject({ acquired: false, ttlMs: 1 })
      time.freeze(1)
      expect(await rival(1)).toMatchObject({ acquired: true })
      expect(store.count('extend')).toBe(0)
    }
  })

  describe('tryAcquire', () => {
    it('gives nothing if somebody else holds the lock, and looks once', async () => {
      const { mutex, store, time, rival } = mutexScene({ wait: '1m' })
      await rival(60_000)
      expect(await mutex.tryAcquire('door')).toBeUndefined()
      expect(store.calls).toEqual(['acquire'])
      expect(time.timers + time.backgroundTimers).toBe(0)
    })
  })

  describe('run', () => {
    it('gives what the function gave, and gives the lock back', async () => {
      const { mutex, store } = mutexScene()
      expect(await mutex.run('door', async (lock) => `${await lock.isHeld()}`)).toBe('true')
      expect(await store.inner.isHeld('idem:door')).toBe(false)
    })

    it('throws what the function throws, at once or later, and gives the lock back', async () => {
      const { mutex, store } = mutexScene()
      const error = new Error('no ink')
      const fails = () => {
        throw error
      }
      await expect(mutex.run('door', fails)).rejects.toBe(error)
      await expect(mutex.run('door', async () => fails())).rejects.toBe(error)
      expect(await store.inner.isHeld('idem:door')).toBe(false)
    })

    it('lets one in at a time', async () => {
      const { mutex, time } = mutexScene({ wait: '1h' })
      let inside = 0
      let most = 0
      let done = 0
      const all = Array.from({ length: 20 }, () =>
        mutex.run('door', async () => {
          most = Math.max(most, ++inside)
          await new Promise<void>((resolve) => time.schedule(100, resolve))
          inside--
          done++
        }),
      )
      await time.advance(60_000)
      await Promise.all(all)
      expect({ most, done }).toEqual({ most: 1, done: 20 })
    })

    it('does not call the function without the lock', async () => {
      const { mutex, rival } = mutexScene({ wait: 0 })
      await rival(60_000)
      let called = false
      const run = mutex.run('door', () => {
        called = true
      })
      await expect(run).rejects.toThrow(LockNotAcquiredError)
      expect(called).toBe(false)
    })
  })
})

describe('Mutex on a store that fails', () => {
  it('throws StoreError with what the store threw as its cause', async () => {
    const { mutex, store, time } = mutexScene()
    store.always('fails', 'acquire', 'release')
    const acquiring = watched(mutex.acquire('door'))
    await time.advance(1_000)
    expect(acquiring.state).toBe('rejected')
    expect(acquiring.error).toBeInstanceOf(StoreError)
    expect(acquiring.error).toMatchObject({ code: 'STORE', cause: new Error('connection refused') })
  })
})
