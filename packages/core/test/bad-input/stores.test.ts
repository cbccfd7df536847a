import { describe, it } from 'vitest'
import { LocalCache, type LocalCacheOptions } from '../../src/cache/local-cache'
import { MemoryStore, type MemoryStoreOptions } from '../../src/memory/memory-store'
import { type TieredStoreOptions, tieredStore } from '../../src/tiered/tiered-store'
import { type Case, isRefused, notCounts, notDurations, notFunctions, notObjects, of } from './cases'

describe('new MemoryStore', () => {
  it.each<Case>([
    ...notObjects.map((options): Case => ['options', options]),
    ...of('max', [...notCounts, Number.POSITIVE_INFINITY]),
    ...of('clock', notFunctions),
    ['size', { size: 5 }],
  ])('refuses a wrong %s: %o', async (...wrong) => {
    await isRefused(() => new MemoryStore(wrong[1] as MemoryStoreOptions), wrong)
  })
})

describe('new LocalCache', () => {
  const right = { max: 1, maxAge: '1m' } as const
  it.each<Case>([
    ['options', undefined],
    ...notObjects.map((options): Case => ['options', options]),
    ...[undefined, ...notCounts].map((max): Case => ['cache max', { ...right, max }]),
    ...[undefined, 0, ...notDurations].map((maxAge): Case => ['cache maxAge', { ...right, maxAge }]),
    ...notFunctions.map((now): Case => ['cache now', { ...right, now }]),
    ['ttl', { ...right, ttl: 5 }],
  ])('refuses a wrong %s: %o', async (...wrong) => {
    await isRefused(() => new LocalCache(wrong[1] as LocalCacheOptions), wrong)
  })
})

describe('tieredStore', () => {
  const cache = new LocalCache({ max: 1, maxAge: '1m' })
  const authority = new MemoryStore()
  it.each<Case>([
    ['options', undefined],
    ...notObjects.map((options): Case => ['options', options]),
    ...[undefined, null, {}, 'text', cache].map((caches): Case => ['caches', { caches, authority }]),
    ...[undefined, null, {}, 'text', authority].map(
      (one): Case => ['caches', { caches: [cache, one], authority }],
    ),
    ...(['get', 'put', 'delete'] as const).map(
      (method): Case => ['caches', { caches: [Object.create(cache, { [method]: { value: 5 } })], authority }],
    ),
    ...[undefined, ...notObjects, {}, cache].map(
      (one): Case => ['authority', { caches: [], authority: one }],
    ),
    ['authority', { caches: [], authority: Object.create(authority, { list: { value: undefined } }) }],
    ['authority', { caches: [], authority: Object.create(authority, { watch: { value: 5 } }) }],
    ['authority', { caches: [], authority: Object.create(authority, { diagnose: { value: 5 } }) }],
    ['store', { caches: [], authority, store: authority }],
  ])('refuses a wrong %s: %o', async (...wrong) => {
    await isRefused(() => tieredStore(wrong[1] as TieredStoreOptions), wrong)
  })
})
