import { describe, expect, it } from 'vitest'
import { watched } from '../support/watched'
import { mutexScene } from './mutex-scene'

describe('HeldLock.extend', () => {
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
