import { describe, expect, it } from 'vitest'
import type { FinalAnswer, RecordCache } from '../../src/contracts/record-cache'
import { Idem } from '../../src/idem'
import { MemoryStore } from '../../src/memory/memory-store'
import { tieredStore } from '../../src/tiered/tiered-store'
import { gate } from '../support/gate'

const never = () => new Promise<never>(() => {})

describe('a tiered store', () => {
  it('passes over a cache that hangs', async () => {
    const hanging: RecordCache = { get: never, put: never, delete: never }
    const idem = new Idem({ store: tieredStore({ caches: [hanging], authority: new MemoryStore() }) })
    expect(await idem.run('a', () => 1)).toBe(1)
    expect(await idem.forget('a')).toBe(true)
  })

  it('takes whatever is nothing for a miss', async () => {
    const empty = { get: () => null as never, put: () => {}, delete: () => {} }
    const idem = new Idem({ store: tieredStore({ caches: [empty], authority: new MemoryStore() }) })
    expect(await idem.run('a', () => 1)).toBe(1)
  })

  it('puts no answer into its caches that was deleted while it was under way', async () => {
    const kept = new Map<string, FinalAnswer>()
    const cache: RecordCache = {
      get: (key) => kept.get(key),
      put: (key, answer) => void kept.set(key, answer),
      delete: (key) => void kept.delete(key),
    }
    const authority = new MemoryStore()
    await new Idem({ store: authority }).run('a', () => 'old')
    const claimed = gate()
    const replying = gate()
    const claim = authority.claim.bind(authority)
    authority.claim = async (request) => {
      const outcome = await claim(request)
      claimed.open()
      await replying.promise
      return outcome
    }
    const idem = new Idem({ store: tieredStore({ caches: [cache], authority }) })
    const old = idem.run('a', () => 'new')
    await claimed.promise
    await idem.forget('a')
    replying.open()
    expect(await old).toBe('old')
    expect(kept.size).toBe(0)
  })
})
