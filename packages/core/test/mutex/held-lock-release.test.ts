import { describe, expect, it, vi } from 'vitest'
import { LockLostError } from '../../src/errors'
import { watched } from '../support/watched'
import { mutexScene } from './mutex-scene'

const NAME = 'idem:door'

describe('HeldLock.release', () => {
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

describe('HeldLock in a block', () => {
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
