import { describe, expect, it } from 'vitest'
import type { LockStore } from '../../src/contracts/lock-store'
import { InvalidKeyError } from '../../src/errors'
import { MemoryLockStore, type MemoryLockStoreOptions } from '../../src/memory/memory-lock-store'
import { Mutex } from '../../src/mutex/mutex'
import type { AcquireOptions, MutexOptions } from '../../src/mutex/options'
import type { Key } from '../../src/options/key'
import { systemRuntime } from '../../src/runtime'
import { mutexScene } from './mutex-scene'

const store = new MemoryLockStore()
const lockStoreWithout = (method: keyof LockStore) => ({ ...methodsOf(store), [method]: undefined })
const badTtls = [
  0,
  9,
  -1,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  2 ** 60,
  '10',
  '1 s',
  '5ms',
  '-1s',
  '',
  null,
  {},
  true,
]
const badWaits = [-1, Number.NaN, '10', 'Infinity', null, {}, false]

describe('new Mutex', () => {
  it.each<[option: string, options: unknown]>([
    ['options', undefined],
    ['options', null],
    ['options', 'memory'],
    ['store', {}],
    ['store', { store: undefined }],
    ['store', { store: null }],
    ['store', { store: 'memory' }],
    ['store', { store: {} }],
    ['store', { store: lockStoreWithout('acquire') }],
    ['store', { store: lockStoreWithout('extend') }],
    ['store', { store: lockStoreWithout('release') }],
    ['store', { store: lockStoreWithout('isHeld') }],
    ['store', { store: { ...methodsOf(store), watch: true } }],
    ['namespace', { store, namespace: '' }],
    ['namespace', { store, namespace: 'n'.repeat(65) }],
    ['namespace', { store, namespace: 7 }],
    ['namespace', { store, namespace: null }],
    ['namespace', { store, namespace: ['a', 'b'] }],
    ['namespace', { store, namespace: 'a\u0000b' }],
    ...badTtls.map((ttl): [string, unknown] => ['ttl', { store, ttl }]),
    ...badWaits.map((wait): [string, unknown] => ['wait', { store, wait }]),
    ['storeTimeout', { store, storeTimeout: 0 }],
    ['storeTimeout', { store, storeTimeout: 'soon' }],
    ['storeTimeout', { store, storeTimeout: Number.POSITIVE_INFINITY }],
    ['runtime', { store, runtime: null }],
    ['runtime', { store, runtime: { ...systemRuntime, now: undefined } }],
    ['runtime', { store, runtime: { ...systemRuntime, schedule: 1 } }],
    ['runtime', { store, runtime: { ...systemRuntime, random: undefined } }],
    ['runtime', { store, runtime: { ...systemRuntime, token: undefined } }],
    ['signal', { store, signal: AbortSignal.abort() }],
    ['timeout', { store, timeout: 5 }],
  ])('refuses a wrong %s by name: %o', (option, options) => {
    expect(() => new Mutex(options as MutexOptions)).toThrow(TypeError)
    expect(() => new Mutex(options as MutexOptions)).toThrow(new RegExp(`^${option} `))
  })

  it.each<Omit<MutexOptions, 'store'>>([
    {},
    { namespace: 'n'.repeat(64), ttl: 10, wait: 0, storeTimeout: 1 },
    { namespace: undefined, ttl: undefined, wait: undefined, storeTimeout: undefined, runtime: undefined },
    { ttl: '30d', wait: Number.POSITIVE_INFINITY, runtime: systemRuntime },
  ])('takes %o', (options) => {
    expect(new Mutex({ store, ...options })).toBeInstanceOf(Mutex)
    expect(new Mutex({ store: methodsOf(store), ...options })).toBeInstanceOf(Mutex)
  })
})

const badNames = [
  '',
  [],
  [''],
  ['a', ''],
  7,
  null,
  undefined,
  {},
  'n'.repeat(256),
  'a\u0007',
  '\ud800',
  ['a', 7],
]
const badCalls: [what: string, options: unknown][] = [
  ['options', null],
  ['options', 5],
  ...badTtls.map((ttl): [string, unknown] => ['ttl', { ttl }]),
  ['retries', { retries: 5 }],
]
const badWaiting: [what: string, options: unknown][] = [
  ...badWaits.map((wait): [string, unknown] => ['wait', { wait }]),
  ['signal', { signal: null }],
  ['signal', { signal: {} }],
  ['signal', { signal: 'abort' }],
  ['signal', { signal: new AbortController() }],
]
const noWaiting: [what: string, options: unknown][] = [
  ['wait', { wait: 5 }],
  ['signal', { signal: new AbortController().signal }],
]

describe.each(['acquire', 'tryAcquire', 'run'] as const)('Mutex.%s', (method) => {
  const call = (mutex: Mutex, name: unknown, options?: unknown): Promise<unknown> => {
    if (method === 'run') return mutex.run(name as Key, () => {}, options as AcquireOptions)
    return mutex[method](name as Key, options as AcquireOptions)
  }

  it.each(badNames.map((name) => [name]))('refuses the name %o before the store is called', async (name) => {
    const scene = mutexScene()
    const error = await call(scene.mutex, name).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(InvalidKeyError)
    expect((error as Error).message).toMatch(/^name must be /)
    expect(scene.store.calls).toEqual([])
  })

  const options = [...badCalls, ...(method === 'tryAcquire' ? noWaiting : badWaiting)]
  it.each(options)('refuses a wrong %s by name, before the store is called: %o', async (option, wrong) => {
    const scene = mutexScene()
    const error = await call(scene.mutex, 'door', wrong).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(TypeError)
    expect((error as Error).message).toMatch(new RegExp(`^${option} `))
    expect(scene.store.calls).toEqual([])
  })
})

describe('Mutex.run', () => {
  it.each([[undefined], [null], ['fn'], [{}]])('refuses %o for a function', async (wrong) => {
    const { mutex, store } = mutexScene()
    await expect(mutex.run('door', wrong as never)).rejects.toThrow(/^run must be a function/)
    expect(store.calls).toEqual([])
  })
})

describe('HeldLock.extend', () => {
  it.each(badTtls.map((ttl) => [ttl]))('refuses %o, and the lock goes on', async (ttl) => {
    const { mutex, store } = mutexScene()
    const lock = await mutex.acquire('door')
    await expect(lock.extend(ttl as never)).rejects.toThrow(/^ttl must be a duration/)
    expect(store.count('extend')).toBe(0)
    expect(await lock.isHeld()).toBe(true)
  })
})

describe('new MemoryLockStore', () => {
  it.each<[option: string, options: unknown]>([
    ['options', null],
    ['options', 5],
    ['clock', { clock: 5 }],
    ['clock', { clock: null }],
    ['clock', { clock: 'now' }],
    ['max', { max: 5 }],
  ])('refuses a wrong %s by name: %o', (option, options) => {
    expect(() => new MemoryLockStore(options as MemoryLockStoreOptions)).toThrow(TypeError)
    expect(() => new MemoryLockStore(options as MemoryLockStoreOptions)).toThrow(new RegExp(`^${option} `))
  })
})

describe.each(['acquire', 'extend'] as const)('MemoryLockStore.%s', (method) => {
  it.each([[0], [-1], [Number.NaN], [undefined], ['soon']])(
    'refuses %o for a time to live',
    async (ttlMs) => {
      const request = { name: 'door', owner: 'one', ttlMs: ttlMs as never }
      await expect(new MemoryLockStore()[method](request)).rejects.toThrow(
        /^ttlMs must be a number of milliseconds above 0/,
      )
    },
  )
})

/** The store as an object of its own, as others may write it. */
function methodsOf(inner: MemoryLockStore): LockStore {
  return {
    acquire: (request) => inner.acquire(request),
    extend: (request) => inner.extend(request),
    release: (holder) => inner.release(holder),
    isHeld: (name, owner) => inner.isHeld(name, owner),
  }
}
