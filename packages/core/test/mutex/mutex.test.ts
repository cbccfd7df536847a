import { describe, expect, it, vi } from 'vitest'
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

describe.each([{ watch: false }, { watch: true }])(
  'Mutex that waits, with a store that has watch: $watch',
  (how) => {
    it('gives up after `wait`, of the call or else of the mutex or else 3 s, with an error that says so', async () => {
      for (const [options, call, waitMs] of [
        [{}, {}, 3_000],
        [{ wait: '5s' }, {}, 5_000],
        [{ wait: '5s' }, { wait: 70 }, 70],
      ] as const) {
        const { mutex, time, rival } = mutexScene({ ...how, ...options })
        await rival(60_000)
        const waiting = watched(mutex.acquire('door', call))
        await time.advance(waitMs - 1)
        expect(waiting.state).toBe('pending')
        await time.advance(1)
        expect(waiting).toMatchObject({ state: 'rejected', error: { code: 'LOCK_NOT_ACQUIRED' } })
        expect((waiting.error as Error).message).toContain(`"door" is held by somebody else`)
        expect((waiting.error as Error).message).toContain(`${waitMs} ms`)
        expect(time.timers + time.backgroundTimers).toBe(0)
      }
    })

    it('looks once more at the end of its time', async () => {
      const { mutex, time, rival, rivalLeaves } = mutexScene(how)
      await rival(60_000)
      const waiting = watched(mutex.acquire('door', { wait: 3_000 }))
      await time.advance(2_999)
      await rivalLeaves()
      await time.advance(1)
      expect(waiting.state).toBe('resolved')
    })

    it('takes the lock when the holder gives it back', async () => {
      const { mutex, time, rival, rivalLeaves } = mutexScene(how)
      await rival(60_000)
      const waiting = watched(mutex.acquire('door'))
      await time.advance(1_234)
      await rivalLeaves()
      await time.advance(how.watch ? 0 : 500)
      expect(waiting.state).toBe('resolved')
    })

    it('takes the lock soon after the time of a silent holder has run out', async () => {
      const { mutex, time, rival } = mutexScene({ ...how, wait: Number.POSITIVE_INFINITY })
      await rival(47_000)
      const waiting = watched(mutex.acquire('door'))
      await time.advance(46_999)
      expect(waiting.state).toBe('pending')
      await time.advance(12)
      expect(waiting.state).toBe('resolved')
    })

    it('does not hammer the store', async () => {
      const { mutex, store, time, rival } = mutexScene({ ...how, wait: '1m' })
      await rival(120_000)
      const waiting = watched(mutex.acquire('door'))
      await time.advance(60_000)
      expect(waiting.state).toBe('rejected')
      expect(store.count('acquire')).toBeLessThanOrEqual(how.watch ? 3 : 60_000 / 250 + 10)
      expect(store.count('watch')).toBe(how.watch ? 1 : 0)
    })

    it('leaves with the reason of its signal, leaves the lock alone and no timer behind', async () => {
      const { mutex, store, time, rival, rivalLeaves } = mutexScene(how)
      await rival(60_000)
      const leave = new AbortController()
      const waiting = watched(mutex.acquire('door', { signal: leave.signal }))
      await time.advance(500)
      leave.abort(new Error('tired'))
      await time.settle()
      expect(waiting).toMatchObject({ state: 'rejected', error: new Error('tired') })
      expect(time.timers + time.backgroundTimers).toBe(0)
      const asked = store.calls.length
      await rivalLeaves()
      await time.advance(10_000)
      expect(store.calls.length).toBe(asked)
      expect(await store.inner.isHeld('idem:door')).toBe(false)
    })

    it('does not ask the store if the signal has aborted before', async () => {
      const { mutex, store } = mutexScene(how)
      const reason = new Error('too late')
      await expect(mutex.acquire('door', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
      await expect(mutex.run('door', () => 1, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
      expect(store.calls).toEqual([])
    })

    it('leaves nothing on a signal that outlives many acquisitions', async () => {
      const { mutex, time, rival, rivalLeaves } = mutexScene(how)
      const { signal } = new AbortController()
      const [add, remove] = [vi.spyOn(signal, 'addEventListener'), vi.spyOn(signal, 'removeEventListener')]
      await rival(60_000)
      const waiting = watched(mutex.acquire('door', { signal }))
      await time.advance(1_000)
      await rivalLeaves()
      await time.advance(500)
      expect(waiting.state).toBe('resolved')
      expect(add.mock.calls.length).toBeGreaterThan(2)
      expect(remove.mock.calls.map(([, listener]) => listener)).toEqual(
        add.mock.calls.map(([, listener]) => listener),
      )
    })

    it('does not mind a signal that aborts when the lock is held', async () => {
      const { mutex, time } = mutexScene(how)
      const leave = new AbortController()
      const lock = await mutex.acquire('door', { signal: leave.signal })
      leave.abort()
      await time.advance(30_000)
      expect(lock.signal.aborted).toBe(false)
      expect(await lock.isHeld()).toBe(true)
    })
  },
)

describe('Mutex that watches', () => {
  it('goes on looking when the watch fails', async () => {
    const { mutex, store, time, rival, rivalLeaves } = mutexScene({ watch: true })
    store.script('watch', 'fails')
    await rival(60_000)
    const waiting = watched(mutex.acquire('door'))
    await time.advance(1_000)
    await rivalLeaves()
    await time.advance(500)
    expect(waiting.state).toBe('resolved')
  })

  it('goes on looking as long as the watch is not in place', async () => {
    const { mutex, store, time, rival, rivalLeaves } = mutexScene({ watch: true })
    store.script('watch', 'hangs')
    await rival(60_000)
    const waiting = watched(mutex.acquire('door'))
    await time.advance(1_000)
    await rivalLeaves()
    await time.advance(500)
    expect(waiting.state).toBe('resolved')
  })

  it('looks once more when the watch is in place: the lock may have been given back before', async () => {
    const { mutex, store, time, rival, rivalLeaves } = mutexScene({ watch: true })
    store.script('watch', 'late')
    await rival(60_000)
    const waiting = watched(mutex.acquire('door'))
    await time.advance(900)
    await rivalLeaves()
    store.letThrough()
    await time.advance(0)
    expect(waiting.state).toBe('resolved')
  })

  it('does not miss a change during the look itself', async () => {
    const { mutex, store, time, rival, rivalLeaves } = mutexScene({ watch: true })
    await rival(60_000)
    const waiting = watched(mutex.acquire('door'))
    await time.advance(50)
    store.script('acquire', 'held back')
    await rivalLeaves()
    await rival(60_000)
    await time.advance(0)
    await rivalLeaves()
    store.letThrough()
    await time.advance(10)
    expect(waiting.state).toBe('resolved')
  })

  it('looks at most every 10 ms, however often the store calls', async () => {
    const { mutex, store, time, rival, rivalLeaves } = mutexScene({ watch: true })
    await rival(60_000)
    const waiting = watched(mutex.acquire('door', { wait: 1_000 }))
    await time.advance(1)
    for (let ms = 0; ms < 500; ms++) {
      await rivalLeaves()
      await rival(60_000)
      await time.advance(1)
    }
    expect(waiting.state).toBe('pending')
    expect(store.count('acquire')).toBeLessThanOrEqual(52)
    expect(store.count('acquire')).toBeGreaterThan(20)
  })

  it('ends its watch when it has the lock', async () => {
    const { mutex, store, time, rival, rivalLeaves } = mutexScene({ watch: true })
    const signals: AbortSignal[] = []
    const watch = store.watch?.bind(store)
    store.watch = async (name, onChange, signal) => {
      signals.push(signal)
      await watch?.(name, onChange, signal)
    }
    await rival(60_000)
    const waiting = watched(mutex.acquire('door'))
    await time.advance(100)
    expect(signals.map(({ aborted }) => aborted)).toEqual([false])
    await rivalLeaves()
    await time.advance(0)
    expect(waiting.state).toBe('resolved')
    expect(signals.map(({ aborted }) => aborted)).toEqual([true])
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
