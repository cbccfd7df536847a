import { describe, expect, it, vi } from 'vitest'
import { LockLostError } from '../../src/errors'
import { watched } from '../support/watched'
import { mutexScene } from './mutex-scene'

const NAME = 'idem:door'

describe('HeldLock', () => {
  it('renews itself at a third of its time, for as long as it is held', async () => {
    const { mutex, store, time } = mutexScene({ ttl: 9_000 })
    const lock = await mutex.acquire('door')
    await time.advance(2_999)
    expect(store.count('extend')).toBe(0)
    await time.advance(1)
    expect(store.count('extend')).toBe(1)
    await time.advance(600_000)
    expect(store.count('extend')).toBe(201)
    expect(lock.signal.aborted).toBe(false)
    expect(await lock.isHeld()).toBe(true)
    await lock.release()
    await time.advance(60_000)
    expect(store.count('extend')).toBe(201)
  })

  it('keeps no process alive', async () => {
    const { mutex, store, time } = mutexScene()
    await mutex.acquire('door')
    expect([time.timers, time.backgroundTimers]).toEqual([0, 2])
    store.always('hangs', 'extend')
    await time.advance(5_000)
    expect([time.timers, time.backgroundTimers]).toEqual([0, 2])
  })

  it.each(['fails', 'lost', 'hangs'] as const)('renews again if a renewal %s', async (fate) => {
    const { mutex, store, time } = mutexScene()
    const lock = await mutex.acquire('door')
    store.script('extend', fate, fate, fate, fate)
    await time.advance(60_000)
    expect(lock.signal.aborted).toBe(false)
    expect(await lock.isHeld()).toBe(true)
  })

  it.each(['fails', 'hangs', 'late'] as const)(
    'fires its signal before anybody else can be let in, if all renewals are such that the call %s',
    async (fate) => {
      const { mutex, store, time, rival } = mutexScene()
      const lock = await mutex.acquire('door')
      await time.advance(5_000)
      store.always(fate, 'extend')
      let firedAt = Number.NaN
      lock.signal.addEventListener('abort', () => {
        firedAt = time.now()
      })
      let letInAt = Number.NaN
      const start = time.now()
      while (Number.isNaN(letInAt)) {
        await time.advance(10)
        if ((await rival(1)).acquired) letInAt = time.now()
      }
      // The last renewal was sent at 3,333 ms.
      expect(letInAt - start + 5_000).toBeGreaterThan(13_333)
      expect(firedAt).toBeLessThan(letInAt)
      expect(letInAt - firedAt).toBeLessThan(600)
      expect(lock.signal.reason).toBeInstanceOf(LockLostError)
      expect(lock.signal.reason.message).toContain('"door" was lost')
      expect(await lock.isHeld()).toBe(false)
      expect(await lock.extend()).toBe(false)
    },
  )

  it('counts a renewal from when it was sent, not from when the reply came', async () => {
    const { mutex, store, time, rival } = mutexScene()
    const lock = await mutex.acquire('door')
    store.always('held back', 'extend')
    await time.advance(9_000)
    store.letThrough()
    await time.settle()
    store.always('fails', 'extend')
    // Renewals were sent every second from 3,333 ms on; the last that the store answered was sent at 8,333 ms.
    await time.advance(8_333 + 9_400 - 9_000)
    expect(lock.signal.aborted).toBe(false)
    await time.advance(200)
    expect(lock.signal.aborted).toBe(true)
    expect(await rival(1)).toMatchObject({ acquired: false })
  })

  it('counts the first grant from when it was asked for, not from when the reply came', async () => {
    const { mutex, store, time } = mutexScene()
    store.script('acquire', 'held back')
    store.always('fails', 'extend')
    const acquiring = mutex.acquire('door')
    await time.advance(1_500)
    store.letThrough()
    const lock = await acquiring
    await time.advance(9_500 - 1_500 - 1)
    expect(lock.signal.aborted).toBe(false)
    await time.advance(1)
    expect(lock.signal.aborted).toBe(true)
  })

  it('is lost when the store says so at a renewal', async () => {
    const { mutex, store, time } = mutexScene()
    const lock = await mutex.acquire('door')
    await store.inner.release({ name: NAME, owner: 'token-1' })
    await time.advance(3_334)
    expect(lock.signal.reason).toBeInstanceOf(LockLostError)
    expect(time.timers + time.backgroundTimers).toBe(0)
  })

  it('is lost when the store says so to isHeld or to extend', async () => {
    for (const ask of ['isHeld', 'extend'] as const) {
      const { mutex, store } = mutexScene()
      const lock = await mutex.acquire('door')
      await store.inner.release({ name: NAME, owner: 'token-1' })
      expect(await lock[ask]()).toBe(false)
      expect(lock.signal.reason).toBeInstanceOf(LockLostError)
    }
  })

  it('knows that its time is over although no timer has fired, in a process that was busy or stopped', async () => {
    const { mutex, store, time } = mutexScene()
    for (const ask of ['isHeld', 'extend', 'release'] as const) {
      const lock = await mutex.acquire('door')
      time.freeze(9_501)
      expect(await lock[ask]()).toBe(false)
      expect(lock.signal.aborted).toBe(true)
      await lock.release()
    }
    const lock = await mutex.acquire('door')
    time.freeze(9_501)
    expect(lock.signal.aborted).toBe(true)
    expect(store.count('isHeld') + store.count('extend')).toBe(0)
  })

  it('is not held any more if its time has run out before the store said that it is', async () => {
    const { mutex, store, time } = mutexScene({ storeTimeout: '1m' })
    const lock = await mutex.acquire('door')
    store.script('isHeld', 'held back')
    const asking = watched(lock.isHeld())
    await time.settle()
    time.freeze(9_501)
    store.letThrough()
    await time.settle()
    expect(asking).toMatchObject({ state: 'resolved', value: false })
  })

  describe('extend', () => {
    it('holds the lock for the given time from now, and goes on renewing for as long', async () => {
      const { mutex, store, time, rival } = mutexScene()
      const lock = await mutex.acquire('door')
      expect(await lock.extend('1m')).toBe(true)
      expect(await rival(1)).toMatchObject({ ttlMs: 60_000 })
      await time.advance(19_999)
      expect(store.count('extend')).toBe(1)
      await time.advance(2)
      expect(store.count('extend')).toBe(2)
      expect(await rival(1)).toMatchObject({ ttlMs: 59_999 })
      await time.advance(600_000)
      expect(await lock.isHeld()).toBe(true)
    })

    it('renews for the time that the lock has, if none is given', async () => {
      const { mutex, time, rival } = mutexScene()
      const lock = await mutex.acquire('door')
      await time.advance(1_000)
      expect(await lock.extend()).toBe(true)
      expect(await rival(1)).toMatchObject({ ttlMs: 10_000 })
    })

    it('can shorten the time, and the lock is renewed the sooner', async () => {
      const { mutex, store, time } = mutexScene()
      const lock = await mutex.acquire('door')
      expect(await lock.extend(300)).toBe(true)
      await time.advance(10_000)
      expect(store.count('extend')).toBeGreaterThan(90)
      expect(lock.signal.aborted).toBe(false)
    })

    it('relies on a shorter time from the moment it is asked for, whatever becomes of the reply', async () => {
      const { mutex, store, time, rival } = mutexScene()
      const lock = await mutex.acquire('door')
      store.script('extend', 'held back', ...Array<'hangs'>(100).fill('hangs'))
      const { signal } = lock
      const extending = watched(lock.extend(1_000))
      await time.advance(50)
      expect(extending.state).toBe('pending')
      await time.advance(899)
      expect(signal.aborted).toBe(false)
      expect(extending).toMatchObject({ state: 'rejected', error: { code: 'STORE' } })
      await time.advance(2)
      expect(signal.aborted).toBe(true)
      await time.advance(49)
      expect(await rival(1)).toMatchObject({ acquired: true })
    })

    it('does not lose the lock when the replies to a shorter time are lost', async () => {
      const { mutex, store, time } = mutexScene()
      const lock = await mutex.acquire('door')
      store.script('extend', 'lost', 'lost', 'lost', 'hangs', 'fails')
      const extending = watched(lock.extend(1_000))
      await time.advance(30_000)
      expect(extending).toMatchObject({ state: 'rejected', error: { code: 'STORE' } })
      expect(lock.signal.aborted).toBe(false)
      expect(await lock.isHeld()).toBe(true)
    })

    it('is sent again when the reply is lost, and throws StoreError when it is lost three times', async () => {
      const { mutex, store, time } = mutexScene()
      const lock = await mutex.acquire('door')
      store.script('extend', 'lost', 'lost')
      const second = watched(lock.extend('20s'))
      await time.advance(200)
      expect(second).toMatchObject({ state: 'resolved', value: true })
      store.script('extend', 'lost', 'fails', 'lost')
      const third = watched(lock.extend('40s'))
      await time.advance(200)
      expect(third).toMatchObject({ state: 'rejected', error: { code: 'STORE' } })
      await time.advance(200_000)
      expect(await lock.isHeld()).toBe(true)
    })
  })

  describe('release', () => {
    it('gives the lock back, is true, and stays so', async () => {
      const { mutex, store, time } = mutexScene()
      const lock = await mutex.acquire('door')
      const [one, two] = [lock.release(), lock.release()]
      expect(await one).toBe(true)
      expect(await two).toBe(true)
      expect(await lock.release()).toBe(true)
      expect(store.count('release')).toBe(1)
      expect(await store.inner.isHeld(NAME)).toBe(false)
      expect(await lock.isHeld()).toBe(false)
      expect(await lock.extend()).toBe(false)
      expect(lock.signal.aborted).toBe(false)
      expect(time.timers + time.backgroundTimers).toBe(0)
    })

    it('is false, and the signal fires, if the lock was gone; and never touches the lock of another', async () => {
      const { mutex, store, rival } = mutexScene()
      const lock = await mutex.acquire('door')
      await store.inner.release({ name: NAME, owner: 'token-1' })
      await rival(60_000)
      expect(await lock.release()).toBe(false)
      expect(lock.signal.reason).toBeInstanceOf(LockLostError)
      expect(await store.inner.isHeld(NAME, 'rival')).toBe(true)
    })

    it('is false after the lock was lost, but tells the store all the same', async () => {
      const { mutex, store, time } = mutexScene()
      const lock = await mutex.acquire('door')
      store.always('fails', 'extend')
      await time.advance(9_501)
      expect(lock.signal.aborted).toBe(true)
      expect(await store.inner.isHeld(NAME)).toBe(true)
      expect(await lock.release()).toBe(false)
      expect(await store.inner.isHeld(NAME)).toBe(false)
    })

    it('is true if a reply was lost and the lock is gone: by its time it was held', async () => {
      const { mutex, store, time } = mutexScene()
      const lock = await mutex.acquire('door')
      store.script('release', 'lost')
      const releasing = watched(lock.release())
      await time.advance(100)
      expect(releasing).toMatchObject({ state: 'resolved', value: true })
      expect(store.count('release')).toBe(2)
      expect(lock.signal.aborted).toBe(false)
    })

    it('is false, without a loss, if it reached the store too late', async () => {
      const { mutex, store, time } = mutexScene({ ttl: 1_000 })
      const lock = await mutex.acquire('door')
      store.script('release', 'late')
      const releasing = watched(lock.release())
      await time.advance(1_500)
      store.letThrough()
      await time.settle()
      expect(releasing).toMatchObject({ state: 'resolved', value: false })
      expect(lock.signal.aborted).toBe(false)
    })

    it('throws StoreError if the store cannot be told, and can be called again', async () => {
      const { mutex, store, time } = mutexScene()
      const lock = await mutex.acquire('door')
      store.script('release', 'fails', 'hangs', 'fails')
      const releasing = watched(lock.release())
      await time.advance(3_000)
      expect(releasing).toMatchObject({ state: 'rejected', error: { code: 'STORE' } })
      expect(time.timers + time.backgroundTimers).toBe(0)
      expect(await lock.release()).toBe(true)
      expect(await store.inner.isHeld(NAME)).toBe(false)
    })

    it('gives back what a renewal that was on its way grants after all', async () => {
      const { mutex, store, time } = mutexScene()
      const lock = await mutex.acquire('door')
      store.script('extend', 'late')
      await time.advance(3_400)
      store.script('release', 'late')
      const releasing = watched(lock.release())
      await time.settle()
      // The store comes to the renewal first, then to the release.
      store.letThrough()
      await time.settle()
      expect(releasing).toMatchObject({ state: 'resolved', value: true })
      expect(await store.inner.isHeld(NAME)).toBe(false)
    })
  })

  describe('disposal', () => {
    it('gives the lock back at the end of a block', async () => {
      const { mutex, store } = mutexScene()
      {
        await using lock = await mutex.acquire('door')
        expect(await lock.isHeld()).toBe(true)
      }
      expect(await store.inner.isHeld(NAME)).toBe(false)
    })

    it('works where the engine has no Symbol.asyncDispose, for compiled code that looks for a stand-in', async () => {
      const real = Symbol
      const get = (_: object, name: string | symbol): unknown =>
        name === 'asyncDispose' ? undefined : Reflect.get(real, name)
      vi.stubGlobal('Symbol', new Proxy((name?: string) => real(name), { get }))
      vi.resetModules()
      try {
        const { Mutex } = await import('../../src/mutex/mutex')
        const { store, time } = mutexScene()
        const lock = await new Mutex({ store, runtime: time }).acquire('door')
        const dispose = lock[Symbol.for('Symbol.asyncDispose') as typeof Symbol.asyncDispose]
        await dispose.call(lock)
        expect(await store.inner.isHeld(NAME)).toBe(false)
      } finally {
        vi.unstubAllGlobals()
        vi.resetModules()
      }
    })

    it('does not fail a block whose work is done because the store cannot be told', async () => {
      const { mutex, store, time } = mutexScene()
      const lock = await mutex.acquire('door')
      store.always('fails', 'release')
      const disposing = watched(lock[Symbol.asyncDispose]())
      await time.advance(1_000)
      expect(disposing.state).toBe('resolved')
    })
  })
})

describe('Mutex.run that loses the lock', () => {
  it('throws LockLostError although the function has succeeded, once it has ended', async () => {
    const { mutex, store, time } = mutexScene()
    store.always('fails', 'extend')
    let ended = false
    const running = watched(
      mutex.run('door', async () => {
        await new Promise<void>((resolve) => time.schedule(20_000, resolve))
        ended = true
        return 'done'
      }),
    )
    await time.advance(19_999)
    expect(running.state).toBe('pending')
    await time.advance(1)
    expect(ended).toBe(true)
    expect(running.error).toBeInstanceOf(LockLostError)
  })

  it('throws LockLostError after a function that kept the process busy for too long', async () => {
    const { mutex, time } = mutexScene()
    const busy = mutex.run('door', () => {
      time.freeze(9_501)
      return 'done'
    })
    await expect(busy).rejects.toThrow(LockLostError)
  })

  it('throws LockLostError if only the release shows that the lock was gone', async () => {
    const { mutex, store } = mutexScene()
    const running = mutex.run('door', () => store.inner.release({ name: NAME, owner: 'token-1' }))
    await expect(running).rejects.toThrow(LockLostError)
  })

  it('has what the function threw as the cause', async () => {
    const { mutex, time } = mutexScene()
    const error = new Error('aborted')
    const running = mutex.run('door', () => {
      time.freeze(9_501)
      throw error
    })
    await expect(running).rejects.toMatchObject({ code: 'LOCK_LOST', cause: error })
  })

  it('throws the loss itself if that is what the function threw', async () => {
    const { mutex, time } = mutexScene()
    let reason: unknown
    const running = mutex.run('door', (lock) => {
      time.freeze(9_501)
      reason = lock.signal.reason
      throw reason
    })
    await expect(running).rejects.toBeInstanceOf(LockLostError)
    await expect(running).rejects.toBe(reason)
  })

  it('gives the lock back', async () => {
    const { mutex, store, time } = mutexScene()
    store.always('fails', 'extend')
    const running = watched(
      mutex.run('door', () => new Promise<void>((resolve) => time.schedule(9_600, resolve))),
    )
    await time.advance(9_600)
    expect(running.error).toBeInstanceOf(LockLostError)
    expect(await store.inner.isHeld(NAME)).toBe(false)
  })

  it('gives the value of work that was done while the lock was held, although the release fails', async () => {
    const { mutex, store, time } = mutexScene()
    store.always('hangs', 'release')
    const running = watched(mutex.run('door', () => 'done'))
    await time.advance(20_000)
    expect(running).toMatchObject({ state: 'resolved', value: 'done' })
  })
})
