import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LocalCache, type LocalCacheOptions } from '../../src/cache/local-cache'
import { answered } from './answers'

function cacheOf(options: Partial<LocalCacheOptions> = {}) {
  let now = 0
  const cache = new LocalCache({ max: 3, maxAge: 1000, now: () => now, ...options })
  const advance = (ms: number) => {
    now += ms
  }
  const kept = (...keys: string[]) => keys.filter((key) => cache.get(key) !== undefined)
  return { cache, advance, kept }
}

describe('LocalCache', () => {
  it('gives what was put, and nothing for a key that was not', () => {
    const { cache } = cacheOf()
    cache.put('a', answered('1'))
    expect(cache.get('a')).toEqual(answered('1'))
    expect(cache.get('b')).toBeUndefined()
  })

  it('gives what was put last', () => {
    const { cache } = cacheOf()
    cache.put('a', answered('1'))
    cache.put('a', answered('2'))
    expect(cache.get('a')).toEqual(answered('2'))
  })

  it('forgets what is deleted, and nothing else', () => {
    const { cache, kept } = cacheOf()
    cache.put('a', answered('1'))
    cache.put('b', answered('2'))
    cache.delete('a')
    cache.delete('never there')
    expect(kept('a', 'b')).toEqual(['b'])
  })

  it('holds at most max answers, and lets the least recently used go', () => {
    const { cache, kept } = cacheOf({ max: 3 })
    for (const key of ['a', 'b', 'c']) cache.put(key, answered(key))
    cache.get('a')
    cache.put('b', answered('again'))
    cache.put('d', answered('d'))
    expect(kept('a', 'b', 'c', 'd')).toEqual(['a', 'b', 'd'])
  })

  it('holds one answer when max is 1', () => {
    const { cache, kept } = cacheOf({ max: 1 })
    cache.put('a', answered('1'))
    cache.put('a', answered('2'))
    expect(kept('a')).toEqual(['a'])
    cache.put('b', answered('3'))
    expect(kept('a', 'b')).toEqual(['b'])
  })

  it('keeps the order of use through any sequence of calls', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')
    const call = fc.record({ does: fc.constantFrom('put', 'get', 'delete'), key })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.array(call, { maxLength: 60 }), (max, calls) => {
        const { cache } = cacheOf({ max })
        let model: string[] = []
        for (const { does, key } of calls) {
          const held = model.includes(key)
          if (does === 'get') expect(cache.get(key) !== undefined).toBe(held)
          else if (does === 'put') cache.put(key, answered(key))
          else cache.delete(key)
          if (does === 'get' && !held) continue
          model = model.filter((other) => other !== key)
          if (does !== 'delete') model = [...model, key].slice(-max)
        }
        for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) {
          expect(cache.get(key)?.value).toBe(model.includes(key) ? key : undefined)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('keeps an answer for maxAge at most, to the very millisecond, however often it is read', () => {
    const { cache, advance, kept } = cacheOf({ maxAge: '1s' })
    cache.put('a', answered('1'))
    advance(500)
    expect(kept('a')).toEqual(['a'])
    advance(499)
    expect(kept('a')).toEqual(['a'])
    advance(1)
    expect(kept('a')).toEqual([])
  })

  it('counts the age anew when an answer is put again', () => {
    const { cache, advance, kept } = cacheOf({ maxAge: 1000 })
    cache.put('a', answered('1'))
    advance(600)
    cache.put('a', answered('1'))
    advance(600)
    expect(kept('a')).toEqual(['a'])
  })

  it('never keeps an answer past its retention', () => {
    const { cache, advance, kept } = cacheOf({ maxAge: '1h' })
    cache.put('a', answered('1', { retentionMs: 100 }))
    cache.put('b', answered('2', { retentionMs: 0 }))
    cache.put('c', answered('3', { retentionMs: -5 }))
    expect(kept('b', 'c')).toEqual([])
    advance(99)
    expect(kept('a')).toEqual(['a'])
    advance(1)
    expect(kept('a')).toEqual([])
  })

  it('tells what is left of the retention now, not what was left when it was put', () => {
    const { cache, advance } = cacheOf({ maxAge: 1000 })
    cache.put('a', answered('1', { retentionMs: 5000 }))
    cache.put('b', answered('2', { retentionMs: Number.POSITIVE_INFINITY }))
    advance(600)
    expect(cache.get('a')?.retentionMs).toBe(4400)
    expect(cache.get('b')?.retentionMs).toBe(Number.POSITIVE_INFINITY)
    advance(399)
    expect(cache.get('a')?.retentionMs).toBe(4001)
  })

  it('has a clock of its own, which never goes back', () => {
    const cache = new LocalCache({ max: 1, maxAge: '1h' })
    cache.put('a', answered('1'))
    expect(cache.get('a')).toMatchObject({ value: '1' })
  })
})
