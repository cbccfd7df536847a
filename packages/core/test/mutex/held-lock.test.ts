import { describe, expect, it } from 'vitest'
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
})
