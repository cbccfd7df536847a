import {
  type AttemptOptions,
  Idem,
  type IdemOptions,
  LocalCache,
  MemoryStore,
  type RunOptions,
  tieredStore,
} from '@idem/core'
import { describe, expectTypeOf, test } from 'vitest'

const store = new MemoryStore()
const idem = new Idem({ store })
const wrapped = { name: 'w', key: () => 'key' } as const

describe('options that exclude each other', () => {
  test('a refusal to wait, and a time to wait for', () => {
    // @ts-expect-error of a call
    idem.run('key', () => 1, { onInProgress: 'reject', waitTimeout: '5s' })
    // @ts-expect-error of a function
    idem.wrap(() => 1, { ...wrapped, onInProgress: 'reject', waitTimeout: '5s' })
    // @ts-expect-error of an Idem
    new Idem({ store, onInProgress: 'reject', waitTimeout: '5s' })
    // @ts-expect-error of options that are kept
    const kept: RunOptions = { onInProgress: 'reject', waitTimeout: '5s' }
    idem.run('key', () => 1, kept)
  })

  test('each of them alone, and a choice that is made later', () => {
    idem.run('key', () => 1, { onInProgress: 'reject' })
    idem.run('key', () => 1, { waitTimeout: '5s' })
    idem.run('key', () => 1, { onInProgress: 'wait', waitTimeout: '5s' })
    idem.run('key', () => 1, { onInProgress: Math.random() > 0.5 ? 'wait' : 'reject', waitTimeout: 5 })
  })

  test('options that are put together of others', () => {
    const waits = { waitTimeout: '5s' } as const
    const join = (options: AttemptOptions) => idem.run('key', () => 1, { ...waits, ...options })
    expectTypeOf(join).returns.toEqualTypeOf<Promise<number>>()
  })
})

describe('the cache of an Idem', () => {
  test('has both its limits', () => {
    new Idem({ store, cache: { max: 10, maxAge: '1m' } })
    // @ts-expect-error how long
    new Idem({ store, cache: { max: 10 } })
    // @ts-expect-error how many
    new Idem({ store, cache: { maxAge: '1m' } })
    // @ts-expect-error off is not said
    new Idem({ store, cache: true })
    // @ts-expect-error both
    new LocalCache({ max: 10 })
  })
})

describe('every option', () => {
  test('may be undefined, but for the store', () => {
    const none = { lease: undefined, cache: undefined, runtime: undefined, onInProgress: undefined }
    new Idem({ store, ...none })
    // @ts-expect-error a store is required
    new Idem({})
    // @ts-expect-error and it is one
    new Idem({ store: undefined })
  })

  test('is what its words say', () => {
    expectTypeOf<IdemOptions['onAbandoned']>().extract<string>().toEqualTypeOf<'rerun' | 'reject'>()
    new Idem({ store, onAbandoned: async () => ({ value: 1 }) })
    new Idem({ store, onAbandoned: (ctx) => (ctx.takeover ? 'rerun' : { value: ctx.attempt }) })
    // @ts-expect-error a verdict is a value or `rerun`
    new Idem({ store, onAbandoned: async () => 'reject' })
    // @ts-expect-error a count is a number
    new Idem({ store, maxAttempts: '3' })
    // @ts-expect-error an authority is a store
    tieredStore({ caches: [], authority: new LocalCache({ max: 1, maxAge: 1 }) })
    // @ts-expect-error a cache is a cache
    tieredStore({ caches: [store], authority: store })
  })
})
