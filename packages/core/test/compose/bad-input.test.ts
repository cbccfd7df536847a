import { describe, expect, it } from 'vitest'
import { composeStore } from '../../src/compose/compose-store'
import type { ComposeOptions } from '../../src/compose/options'
import { MemoryLockStore } from '../../src/memory/memory-lock-store'
import { systemRuntime } from '../../src/runtime'
import { ScriptedRepository } from './scripted-repository'

const lock = new MemoryLockStore()
const repository = new ScriptedRepository()
const nothing = async () => undefined

describe('composeStore', () => {
  it.each<[option: string, options: unknown]>([
    ['options', undefined],
    ['options', null],
    ['options', 'table'],
    ['repository', {}],
    ['repository', { lock }],
    ['repository', { lock, repository: null }],
    ['repository', { lock, repository: 'payments' }],
    ['repository', { lock, repository: { create: nothing, update: nothing } }],
    ['repository', { lock, repository: { get: nothing, update: nothing } }],
    ['repository', { lock, repository: { get: nothing, create: nothing } }],
    ['repository', { lock, repository: { get: nothing, create: nothing, update: nothing, list: [] } }],
    ['lock', { repository }],
    ['lock', { repository, lock: null }],
    ['lock', { repository, lock: 'redis' }],
    ['lock', { repository, lock: { acquire: nothing, extend: nothing, release: nothing } }],
    ...[0, 9, Number.NaN, Number.POSITIVE_INFINITY, '10', '5ms', null, {}].map((ttl): [string, unknown] => [
      'ttl',
      { repository, lock, ttl },
    ]),
    ...[-1, Number.NaN, Number.POSITIVE_INFINITY, 'long', null, {}].map((wait): [string, unknown] => [
      'wait',
      { repository, lock, wait },
    ]),
    ['runtime', { repository, lock, runtime: null }],
    ['runtime', { repository, lock, runtime: { ...systemRuntime, now: 5 } }],
    ['retention', { repository, lock, retention: '24h' }],
  ])('refuses a wrong %s by name: %o', (option, options) => {
    expect(() => composeStore(options as ComposeOptions)).toThrow(TypeError)
    expect(() => composeStore(options as ComposeOptions)).toThrow(new RegExp(`^${option} `))
  })

  it.each<Partial<ComposeOptions>>([
    {},
    { ttl: 10, wait: 0, runtime: systemRuntime },
    { ttl: undefined, wait: undefined, runtime: undefined },
    { repository: { get: nothing, create: async () => true, update: async () => true } },
  ])('takes %o', (options) => {
    expect(typeof composeStore({ repository, lock, ...options }).claim).toBe('function')
  })
})
