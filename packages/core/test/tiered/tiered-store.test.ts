import { describe, expect, it } from 'vitest'
import { LocalCache } from '../../src/cache/local-cache'
import type { RecordCache } from '../../src/contracts/record-cache'
import type { Claim, Store } from '../../src/contracts/store'
import { MemoryStore } from '../../src/memory/memory-store'
import { tieredStore } from '../../src/tiered/tiered-store'
import { answered } from '../cache/answers'
import { FaultyStore } from '../support/faulty-store'

/** A cache that writes down what it is asked, and can be made to fail. */
class LoggedCache implements RecordCache {
  fails = false
  readonly #cache: LocalCache

  constructor(
    readonly name: string,
    readonly log: string[],
    now: () => number,
  ) {
    this.#cache = new LocalCache({ max: 100, maxAge: '1h', now })
  }

  async get(key: string) {
    this.#use('get')
    return this.#cache.get(key)
  }

  async put(...[key, answer]: Parameters<RecordCache['put']>) {
    this.#use('put')
    this.#cache.put(key, answer)
  }

  /** Not a promise, as the contract allows. */
  delete(key: string) {
    this.#use('delete')
    this.#cache.delete(key)
  }

  #use(call: string) {
    this.log.push(`${this.name}.${call}`)
    if (this.fails) throw new Error(`${this.name} is down`)
  }
}

function stage() {
  let now = 1_000_000
  const clock = () => now
  const log: string[] = []
  const fast = new LoggedCache('fast', log, clock)
  const slow = new LoggedCache('slow', log, clock)
  const authority = new FaultyStore(new MemoryStore({ clock }))
  const store = tieredStore({ caches: [fast, slow], authority })
  /** What the caches were asked since the last time this was looked at, and how often the authority was. */
  const asked = () => ({ caches: log.splice(0).join(' '), authority: authority.calls.splice(0).join(' ') })
  const advance = (ms: number) => {
    now += ms
  }
  return { store, fast, slow, authority, asked, advance }
}

const claimBy = (owner: string, more: Partial<Claim> = {}): Claim => ({
  key: 'key',
  owner,
  leaseMs: 1000,
  keepMs: 60_000,
  maxAttempts: Number.POSITIVE_INFINITY,
  onAbandoned: 'takeover',
  ...more,
})

const settling = { key: 'key', owner: 'one', retentionMs: 10_000, tombstoneMs: 0 }

async function succeed(store: Store, fingerprint?: string): Promise<void> {
  await store.claim(claimBy('one', { fingerprint }))
  await store.complete({ ...settling, value: '"done"' })
}

describe('tieredStore', () => {
  it('asks the caches in their order, and then the authority, which decides', async () => {
    const { store, asked } = stage()
    expect(await store.claim(claimBy('one'))).toMatchObject({ type: 'acquired', attempt: 1 })
    expect(asked()).toEqual({ caches: 'fast.get slow.get', authority: 'claim' })
  })

  it('fills every cache with a final answer of the authority, and asks it no more', async () => {
    const { store, asked } = stage()
    await succeed(store)
    asked()
    const settled = { type: 'settled', state: 'succeeded', value: '"done"', retryable: false }
    expect(await store.claim(claimBy('two'))).toMatchObject(settled)
    expect(asked()).toEqual({ caches: 'fast.get slow.get fast.put slow.put', authority: 'claim' })
    expect(await store.claim(claimBy('three'))).toMatchObject(settled)
    expect(asked()).toEqual({ caches: 'fast.get', authority: '' })
  })

  it('fills the faster caches from a slower one, and no others', async () => {
    const { store, slow, asked } = stage()
    await slow.put('key', answered('"kept"'))
    asked()
    expect(await store.claim(claimBy('one'))).toMatchObject({ type: 'settled', value: '"kept"' })
    expect(asked()).toEqual({ caches: 'fast.get slow.get fast.put', authority: '' })
    expect(await store.claim(claimBy('two'))).toMatchObject({ type: 'settled', value: '"kept"' })
    expect(asked()).toEqual({ caches: 'fast.get', authority: '' })
  })

  it('keeps no answer past its retention, through however many caches it went', async () => {
    const { store, fast, advance } = stage()
    fast.fails = true
    await succeed(store)
    await store.claim(claimBy('two'))
    advance(6_000)
    fast.fails = false
    expect(await store.claim(claimBy('three'))).toMatchObject({ type: 'settled', retentionMs: 4_000 })
    advance(3_999)
    expect(await store.claim(claimBy('four'))).toMatchObject({ type: 'settled', retentionMs: 1 })
    advance(1)
    expect(await store.claim(claimBy('five'))).toMatchObject({ type: 'acquired', attempt: 1 })
  })

  it.each<[what: string, prepare: (store: Store) => Promise<unknown>, seen: object]>([
    ['a running record', (store) => store.claim(claimBy('one')), { type: 'running' }],
    [
      'an abandoned record',
      async (store) => {
        await store.claim(claimBy('one'))
        await store.fail({ ...settling, kind: 'abandoned', failure: '{}' })
      },
      { type: 'abandoned' },
    ],
    [
      'a retryable failure',
      async (store) => {
        await store.claim(claimBy('one'))
        await store.fail({ ...settling, kind: 'retryable', failure: '{}' })
      },
      { type: 'settled', retryable: true },
    ],
    ['another payload', (store) => store.claim(claimBy('one', { fingerprint: 'x' })), { type: 'mismatch' }],
  ])('caches nothing of %s', async (_, prepare, seen) => {
    const { store, asked } = stage()
    await prepare(store)
    asked()
    const claim = claimBy('two', { fingerprint: 'y', maxAttempts: 1, onAbandoned: 'reject' })
    for (let time = 0; time < 2; time++) {
      expect(await store.claim(claim)).toMatchObject(seen)
      expect(asked()).toEqual({ caches: 'fast.get slow.get', authority: 'claim' })
    }
  })

  it('caches a final failure', async () => {
    const { store, asked } = stage()
    await store.claim(claimBy('one'))
    await store.fail({ ...settling, kind: 'final', failure: '{"name":"E","message":"m"}' })
    await store.claim(claimBy('two'))
    asked()
    expect(await store.claim(claimBy('three'))).toMatchObject({ type: 'settled', state: 'failed' })
    expect(asked()).toEqual({ caches: 'fast.get', authority: '' })
  })

  it('refuses another payload from a cache, without filling others with it', async () => {
    const { store, slow, asked } = stage()
    await slow.put('key', answered('1', { fingerprint: 'x' }))
    asked()
    expect(await store.claim(claimBy('one', { fingerprint: 'y' }))).toEqual({ type: 'mismatch' })
    expect(asked()).toEqual({ caches: 'fast.get slow.get', authority: '' })
    expect(await store.claim(claimBy('one', { fingerprint: 'x' }))).toMatchObject({ type: 'settled' })
    expect(await store.claim(claimBy('one'))).toMatchObject({ type: 'settled' })
  })

  it.each(['fast', 'slow'] as const)('passes the %s cache over when it fails', async (which) => {
    const stageOf = stage()
    const { store } = stageOf
    stageOf[which].fails = true
    await succeed(store)
    for (const owner of ['two', 'three']) {
      expect(await store.claim(claimBy(owner))).toMatchObject({ type: 'settled', value: '"done"' })
    }
    expect(await store.delete('key')).toBe(true)
    expect(await store.claim(claimBy('four'))).toMatchObject({ type: 'acquired' })
  })

  it('passes a cache over whose promises reject', async () => {
    const broken: RecordCache = {
      get: () => Promise.reject(new Error('down')),
      put: () => Promise.reject(new Error('down')),
      delete: () => Promise.reject(new Error('down')),
    }
    const store = tieredStore({ caches: [broken], authority: new MemoryStore() })
    await succeed(store)
    expect(await store.claim(claimBy('two'))).toMatchObject({ type: 'settled' })
    expect(await store.delete('key')).toBe(true)
  })

  it('deletes in the authority first, and then in every cache', async () => {
    const { store, asked, authority } = stage()
    await succeed(store)
    await store.claim(claimBy('two'))
    asked()
    expect(await store.delete('key')).toBe(true)
    expect(asked()).toEqual({ caches: 'fast.delete slow.delete', authority: 'delete' })
    expect(await store.claim(claimBy('three'))).toMatchObject({ type: 'acquired' })

    await store.complete({ ...settling, owner: 'three', value: '1' })
    await store.claim(claimBy('four'))
    asked()
    authority.coming('delete', () => Promise.reject(new Error('down')))
    await expect(store.delete('key')).rejects.toThrow('down')
    expect(asked()).toEqual({ caches: '', authority: 'delete' })
    expect(await store.claim(claimBy('five'))).toMatchObject({ type: 'settled' })
  })

  it('leaves everything but claims to the authority', async () => {
    const { store, asked } = stage()
    await store.claim(claimBy('one'))
    asked()
    const { key, owner } = settling
    expect(await store.extend({ key, owner, leaseMs: 1000, keepMs: 1000 })).toBe(true)
    expect(await store.saveStep({ key, owner, name: 'step', value: '1' })).toBe(true)
    expect(await store.fail({ ...settling, kind: 'retryable', failure: '{}' })).toBe(true)
    expect(await store.complete({ ...settling, value: '1' })).toBe(false)
    expect(await store.resolve({ ...settling, owner: 'by hand', value: '2' })).toBe(true)
    expect(await store.get(key)).toMatchObject({ state: 'succeeded', value: '2' })
    expect((await store.list({ prefix: '', limit: 10 })).records).toHaveLength(1)
    expect(asked()).toEqual({ caches: '', authority: 'extend saveStep fail complete resolve get list' })
  })

  it('fails when the authority fails, if no cache knows better', async () => {
    const { store, authority, fast } = stage()
    authority.everything(() => Promise.reject(new Error('down')))
    await expect(store.claim(claimBy('one'))).rejects.toThrow('down')
    await fast.put('key', answered('1'))
    expect(await store.claim(claimBy('one'))).toMatchObject({ type: 'settled' })
  })

  it('watches where the authority does, and only there', async () => {
    const { store } = stage()
    const changed = new Promise<void>((resolve) => {
      void store.watch?.('key', () => resolve(), new AbortController().signal)
    })
    await succeed(store)
    await changed
    const authority = new FaultyStore(new MemoryStore(), { watch: false })
    expect(tieredStore({ caches: [], authority }).watch).toBeUndefined()
  })

  it('is the authority alone where there are no caches', async () => {
    const store = tieredStore({ caches: [], authority: new MemoryStore() })
    await succeed(store)
    expect(await store.claim(claimBy('two'))).toMatchObject({ type: 'settled' })
  })
})
