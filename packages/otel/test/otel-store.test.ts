import { MemoryStore, type Store } from '@idem/core'
import { describe, expect, it } from 'vitest'
import { otelStore } from '../src/index'
import { startTelemetry } from './support/telemetry'

const CLAIM = {
  key: 'a',
  owner: 'o',
  leaseMs: 1e4,
  keepMs: 1e4,
  maxAttempts: 9,
  onAbandoned: 'reject',
} as const
const KEEPING = { retentionMs: 1e4, tombstoneMs: 0 } as const

describe('a store that tells of its calls', () => {
  it('says of each call what came of it', async () => {
    const told = startTelemetry()
    const store = otelStore(new MemoryStore(), told.otel)
    await store.claim(CLAIM)
    await store.claim({ ...CLAIM, owner: 'p' })
    await store.extend({ key: 'a', owner: 'p', leaseMs: 1, keepMs: 1 })
    await store.saveStep({ key: 'a', owner: 'o', name: 's' })
    await store.complete({ key: 'a', owner: 'o', value: '1', ...KEEPING })
    await store.claim({ ...CLAIM, owner: 'p' })
    await store.get('a')
    await store.list({ prefix: '', limit: 9 })
    await store.watch('a', () => {}, AbortSignal.abort())
    await store.resolve({ key: 'a', owner: 'q', ...KEEPING })
    await store.delete('a')
    await store.delete('a')
    await store.get('a')
    await store.fail({ key: 'a', owner: 'o', kind: 'final', failure: '{}', ...KEEPING })
    await store.release({ key: 'a', owner: 'o' })
    expect(told.spans().map(({ name, attributes }) => `${name}: ${attributes['idem.store.result']}`)).toEqual(
      [
        'idem.store.claim: acquired',
        'idem.store.claim: running',
        'idem.store.extend: refused',
        'idem.store.saveStep: done',
        'idem.store.complete: done',
        'idem.store.claim: settled',
        'idem.store.get: found',
        'idem.store.list: done',
        'idem.store.watch: done',
        'idem.store.resolve: refused',
        'idem.store.delete: done',
        'idem.store.delete: missing',
        'idem.store.get: missing',
        'idem.store.fail: refused',
        'idem.store.release: refused',
      ],
    )
    const series = await told.series('idem.store.call.duration')
    expect(series).toHaveLength(15)
    expect(series.every(({ value }) => value === 1)).toBe(true)
  })

  it('is what it was, with all that it has besides', async () => {
    class Own extends MemoryStore {
      readonly #secret = 7
      note = 'a'
      readonly diagnose = undefined
      readSecret(): number {
        return this.#secret
      }
      override async get(): Promise<never> {
        throw new RangeError('broken')
      }
    }
    const own = new Own()
    const told = startTelemetry()
    const store = otelStore(own, told.otel)
    expect(store).toBeInstanceOf(Own)
    expect([store.readSecret(), store.size, store.diagnose, 'note' in store]).toEqual([7, 0, undefined, true])
    store.note = 'b'
    expect(own.note).toBe('b')
    expect(store.claim).toBe(store.claim)
    await expect(store.get()).rejects.toThrow('broken')
    expect(told.spans()[0]?.attributes).toMatchObject({
      'idem.store.result': 'failed',
      'error.type': 'RangeError',
    })
  })

  it('may be frozen, and may throw where it should reject', async () => {
    const told = startTelemetry()
    const thrown = new Error('at once')
    const frozen: Store = Object.freeze({
      ...(new MemoryStore() as Store),
      get: () => {
        throw thrown
      },
    })
    await expect(otelStore(frozen, told.otel).get('a')).rejects.toBe(thrown)
    expect(told.spans()).toHaveLength(1)
  })
})
