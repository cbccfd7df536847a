import { MemoryLockStore } from '@idem/core'
import { describe, expect, test } from 'vitest'
import { describeLockStore } from '../src/index'
import { movedClock } from './moved-clock'

describeLockStore('MemoryLockStore on a clock that is moved by hand', {
  create: () => {
    const { clock, advance } = movedClock()
    return { store: new MemoryLockStore({ clock }), advance }
  },
})

describeLockStore("MemoryLockStore on this process's clock", {
  create: () => ({ store: new MemoryLockStore() }),
  without: { ownClock: 'the store is in this process, and so is its clock' },
})

describe('MemoryLockStore', () => {
  /** A store on a moved clock, and what it takes to hold a lock in it. */
  function stage() {
    const { clock, advance } = movedClock()
    const store = new MemoryLockStore({ clock })
    const acquire = (name: string, ttlMs: number) => store.acquire({ name, owner: 'owner', ttlMs })
    return { store, advance, acquire }
  }

  test('frees a lock at the very millisecond', async () => {
    const { store, advance, acquire } = stage()
    await acquire('lock', 10)
    advance(9)
    expect(await store.isHeld('lock')).toBe(true)
    advance(1)
    expect(await store.isHeld('lock')).toBe(false)
  })

  test('keeps nothing of a released lock, and yet its fences grow', async () => {
    const { store, acquire } = stage()
    const first = await acquire('lock', 10)
    await store.release({ name: 'lock', owner: 'owner' })
    expect(store.size).toBe(0)
    const second = await acquire('lock', 10)
    expect(second.acquired && first.acquired && second.fence > first.fence).toBe(true)
  })

  test('cleans up locks whose time has run out as others are granted, without a timer', async () => {
    const { store, advance, acquire } = stage()
    for (let index = 0; index < 100; index++) await acquire(`brief ${index}`, 10)
    expect(store.size).toBe(100)
    advance(10)
    for (let index = 0; index < 60; index++) await acquire('lasting', 1000)
    expect(store.size).toBe(1)
  })

  test.each([0, -1, Number.NaN])('refuses a time of %s, and leaves the lock as it was', async (ttlMs) => {
    const { store, acquire } = stage()
    await expect(acquire('lock', ttlMs)).rejects.toThrow(TypeError)
    expect(await store.isHeld('lock')).toBe(false)
    await acquire('lock', 10)
    await expect(store.extend({ name: 'lock', owner: 'owner', ttlMs })).rejects.toThrow(TypeError)
    expect(await store.isHeld('lock')).toBe(true)
  })

  test('refuses a clock that is no function', () => {
    expect(() => new MemoryLockStore({ clock: 5 as unknown as () => number })).toThrow(TypeError)
  })
})
