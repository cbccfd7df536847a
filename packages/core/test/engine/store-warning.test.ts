import { describe, expect, it } from 'vitest'
import type { Store } from '../../src/contracts/store'
import { Idem } from '../../src/idem'
import { MemoryStore } from '../../src/memory/memory-store'
import { tieredStore } from '../../src/tiered/tiered-store'
import { AccountStore } from '../support/account-store'
import { hangs, rejects } from '../support/faulty-store'
import { scene } from '../support/scene'
import { VirtualRuntime } from '../support/virtual-runtime'

const place = { scope: 'tenant', name: 'pay' }
const origin = { key: 'idem:pay:tenant:a', name: 'pay' }
const WARNINGS = ['records may be evicted', 'writes may be lost']

/** A store that has something to say of its server. */
class WorriedStore extends MemoryStore {
  readonly #warnings = WARNINGS

  async diagnose(): Promise<readonly string[]> {
    return this.#warnings
  }
}

const worried = (clock: () => number): Store => new WorriedStore({ clock })

describe('a store that can diagnose its server', () => {
  it('is asked once, and the observer is told each sentence as of the call that came first', async () => {
    const { time, process } = scene(worried)
    const { idem, store, events } = process()
    await idem.run('a', () => 1, place)
    await idem.run('b', () => 1)
    await time.settle()
    expect(store.count('diagnose')).toBe(1)
    expect(events.filter(({ type }) => type === 'store-warning')).toEqual(
      WARNINGS.map((message) => ({ ...origin, type: 'store-warning', message })),
    )
  })

  it('is asked by each Idem', async () => {
    const { time, process } = scene(worried)
    for (let count = 0; count < 2; count++) {
      const { idem, told } = process()
      await idem.run('a', () => 1)
      await time.settle()
      expect(told().filter((type) => type === 'store-warning')).toHaveLength(2)
    }
  })

  it('is not asked before a claim was answered', async () => {
    const { time, process } = scene(worried)
    const { idem, store } = process()
    store.always('claim', rejects)
    await expect(time.outlast(idem.run('a', () => 1))).rejects.toMatchObject({ code: 'STORE' })
    await idem.inspect('a')
    expect(store.count('diagnose')).toBe(0)
    store.always('claim', (send) => send())
    await idem.run('a', () => 1)
    expect(store.count('diagnose')).toBe(1)
  })

  it('is not asked where nobody would be told', async () => {
    const { process } = scene(worried)
    const { idem, store } = process({ observer: undefined })
    await idem.run('a', () => 1)
    expect(store.count('diagnose')).toBe(0)
  })

  it('is asked by a transaction too', async () => {
    const time = new VirtualRuntime()
    const told: string[] = []
    const store = new AccountStore(worried(time.clock))
    const idem = new Idem({ store, runtime: time, observer: ({ type }) => told.push(type) })
    await idem.transaction('a', () => 1)
    await idem.transaction('b', () => 1)
    await time.settle()
    expect(told.filter((type) => type === 'store-warning')).toHaveLength(2)
  })

  it('is not asked by a transaction of which the database gave no account', async () => {
    const time = new VirtualRuntime()
    const store = new AccountStore(worried(time.clock))
    const idem = new Idem({ store, runtime: time, observer: () => {} })
    store.endFailures.push(new Error('connection reset'))
    await expect(idem.transaction('a', () => 1)).rejects.toMatchObject({ code: 'STORE' })
    expect(store.count('diagnose')).toBe(0)
    await idem.transaction('a', () => 1)
    expect(store.count('diagnose')).toBe(1)
  })

  it.each([
    ['rejects', rejects],
    ['hangs', hangs],
    [
      'throws before it gives a promise',
      () => {
        throw new Error('no socket')
      },
    ],
    ['answers what is no list', async () => 5],
    ['has nothing to say', async () => []],
  ])('breaks, slows and emits nothing when it %s', async (_, fate) => {
    const { time, process } = scene(worried)
    const { idem, store, told } = process()
    store.always('diagnose', fate)
    expect(await idem.run('a', () => 1)).toBe(1)
    expect(await idem.run('a', () => 2)).toBe(1)
    await time.advance(60_000)
    expect(told()).toEqual(['started', 'succeeded', 'replayed'])
    expect(store.count('diagnose')).toBe(1)
    expect([time.timers, time.backgroundTimers]).toEqual([0, 0])
  })

  it('is heard through a tiered store', async () => {
    const authority = new WorriedStore()
    expect(await tieredStore({ caches: [], authority }).diagnose?.()).toEqual(WARNINGS)
    expect(tieredStore({ caches: [], authority: new MemoryStore() }).diagnose).toBeUndefined()
  })
})
