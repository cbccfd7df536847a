import { MemoryStore, type MemoryStoreOptions } from '@idem/core'
import { describe, expect, test } from 'vitest'
import { describeStore } from '../src/index'
import { StoreScene } from '../src/store/store-scene'
import { timeOf } from '../src/suite/time'
import { movedClock } from './moved-clock'

describeStore('MemoryStore on a clock that is moved by hand', {
  create: () => {
    const { clock, advance } = movedClock()
    return { store: new MemoryStore({ clock }), advance }
  },
})

describeStore("MemoryStore on this process's clock", {
  create: () => ({ store: new MemoryStore() }),
  without: { ownClock: 'the store is in this process, and so is its clock' },
})

describe('MemoryStore', () => {
  /** A store on a moved clock, and the calls about one of its keys. */
  function stage(options: MemoryStoreOptions = {}) {
    const { clock, advance } = movedClock()
    const store = new MemoryStore({ clock, ...options })
    const at = (key: string): StoreScene => new StoreScene(store, timeOf(advance), {}, key)
    const settle = async (key: string): Promise<void> => {
      await at(key).complete((await at(key).acquire()).owner)
    }
    return { store, advance, at, settle }
  }

  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '10'])('refuses %s as max', (max) => {
    expect(() => new MemoryStore({ max: max as number })).toThrow(TypeError)
    expect(() => new MemoryStore({ max: max as number })).toThrow('max')
  })

  test('ends a lease, a keeping and a tombstone at the very millisecond', async () => {
    const { advance, at } = stage()
    const scene = at('key')
    const { owner } = await scene.acquire({ leaseMs: 10, keepMs: 20 })
    advance(9)
    expect(await scene.claim()).toMatchObject({ type: 'running', leaseMs: 1 })
    advance(1)
    expect(await scene.get()).toMatchObject({ state: 'abandoned' })
    advance(9)
    expect(await scene.complete(owner, { retentionMs: 10, tombstoneMs: 10 })).toBe(true)
    advance(9)
    expect(await scene.claim()).toMatchObject({ type: 'settled', retentionMs: 1 })
    advance(1)
    expect(await scene.claim()).toEqual({ type: 'expired' })
    advance(9)
    expect(await scene.claim()).toEqual({ type: 'expired' })
    advance(1)
    expect(await scene.claim()).toMatchObject({ type: 'acquired', attempt: 1 })
  })

  test('lets the longest settled record go when there are too many', async () => {
    const { store, at, settle } = stage({ max: 3 })
    for (const key of ['a', 'b', 'c', 'd']) await settle(key)
    expect(store.size).toBe(3)
    expect(await at('a').get()).toBeUndefined()
    for (const key of ['b', 'c', 'd']) expect(await at(key).get()).toMatchObject({ state: 'succeeded' })
  })

  test('goes by when a record was settled, not by when it was claimed', async () => {
    const { at, settle } = stage({ max: 3 })
    const { owner } = await at('claimed first').acquire()
    await settle('settled first')
    await at('claimed first').complete(owner)
    await settle('c')
    await settle('d')
    expect(await at('settled first').get()).toBeUndefined()
    expect(await at('claimed first').get()).toMatchObject({ state: 'succeeded' })
  })

  test('never lets a running, lapsed or abandoned record go', async () => {
    const { store, advance, at, settle } = stage({ max: 4 })
    await at('lapsed').acquire({ leaseMs: 10 })
    await at('running').acquire()
    await at('abandoned').fail((await at('abandoned').acquire()).owner, 'abandoned')
    advance(10)
    for (const key of ['a', 'b', 'c']) await settle(key)
    expect(store.size).toBe(4)
    expect(await at('lapsed').get()).toMatchObject({ state: 'abandoned' })
    expect(await at('running').get()).toMatchObject({ state: 'running' })
    expect(await at('abandoned').get()).toMatchObject({ state: 'abandoned' })
    expect(await at('c').get()).toMatchObject({ state: 'succeeded' })
  })

  test('does not let a record go that failed, and is being tried again', async () => {
    const { at, settle } = stage({ max: 2 })
    await at('tried again').fail((await at('tried again').acquire()).owner, 'retryable')
    await at('tried again').acquire()
    await settle('a')
    await settle('b')
    expect(await at('tried again').get()).toMatchObject({ state: 'running', attempt: 2 })
    expect(await at('a').get()).toBeUndefined()
  })

  test('refuses a new key when nothing can go, and takes it again as soon as something can', async () => {
    const { store, at } = stage({ max: 2 })
    const { owner } = await at('a').acquire()
    await at('b').acquire()
    await expect(at('c').claim()).rejects.toThrow('nothing can be evicted')
    expect(store.size).toBe(2)
    expect(await at('a').claim()).toMatchObject({ type: 'running' })
    await at('a').complete(owner)
    expect(await at('c').claim()).toMatchObject({ type: 'acquired', attempt: 1 })
    expect(await at('a').get()).toBeUndefined()
  })

  test('refuses no new key while there is a record past its keeping', async () => {
    const { store, advance, at } = stage({ max: 20 })
    for (let index = 0; index < 19; index++) await at(`open ${index}`).acquire()
    await at('gone').acquire({ leaseMs: 10, keepMs: 10 })
    advance(10)
    await at('new').acquire()
    expect(store.size).toBe(20)
    await expect(at('one more').claim()).rejects.toThrow('nothing can be evicted')
  })

  test('gives an evicted key a greater fence than before', async () => {
    const { at, settle } = stage({ max: 1 })
    const { owner, fence } = await at('a').acquire()
    await at('a').complete(owner)
    await settle('b')
    expect((await at('a').acquire()).fence).toBeGreaterThan(fence)
  })

  test('cleans up expired records as claims come in, without a timer', async () => {
    const { store, advance, at } = stage()
    for (let index = 0; index < 100; index++) {
      const scene = at(`brief ${index}`)
      const { owner } = await scene.acquire({ leaseMs: 10, keepMs: 10 })
      if (index % 2 === 0) await scene.complete(owner, { retentionMs: 10, tombstoneMs: 10 })
    }
    expect(store.size).toBe(100)
    advance(20)
    for (let index = 0; index < 60; index++) await at('lasting').claim()
    expect(store.size).toBe(1)
  })
})
