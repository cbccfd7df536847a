import { type LockStore, MemoryLockStore, MemoryStore, type Store } from '@idem/core'
import { afterAll, describe, expect, test } from 'vitest'
import { type CaseFailure, lockStoreFailures, storeFailures } from '../src/index'
import type { BrokenStore } from './broken/broken-store'
import { brokenClaims } from './broken/claim'
import { brokenLocks } from './broken/lock'
import { brokenMemories } from './broken/memory'
import { brokenRecords } from './broken/record'
import { brokenReleases } from './broken/release'
import { brokenSettlements } from './broken/settle'
import { movedClock } from './moved-clock'
import { loadMutant } from './mutant'

/** So that what is caught today is caught tomorrow, and silence is noticed soon: notices come at once in memory. */
const terms = { property: { seed: 1 }, patienceMs: 500 }

interface Clocked {
  readonly clock: () => number
}
interface StoreModule {
  readonly MemoryStore: new (options: Clocked) => Store
}
interface LockStoreModule {
  readonly MemoryLockStore: new (options: Clocked) => LockStore
}

type Failures = AsyncGenerator<CaseFailure, void, undefined>

async function failuresOf(broken: BrokenStore): Promise<Failures> {
  const entry = 'packages/core/src/memory/memory-store.ts'
  const { MemoryStore } = await loadMutant<StoreModule>({ ...broken, entry })
  const { clock, advance } = movedClock()
  return storeFailures({ create: () => ({ store: new MemoryStore({ clock }), advance }), ...terms })
}

async function lockFailuresOf(broken: BrokenStore): Promise<Failures> {
  const entry = 'packages/core/src/memory/memory-lock-store.ts'
  const { MemoryLockStore } = await loadMutant<LockStoreModule>({ ...broken, entry })
  const { clock, advance } = movedClock()
  return lockStoreFailures({ create: () => ({ store: new MemoryLockStore({ clock }), advance }), ...terms })
}

function mustCatch(
  what: string,
  all: readonly BrokenStore[],
  failures: (broken: BrokenStore) => Promise<Failures>,
): void {
  describe(`the suite of a ${what}`, () => {
    const caught: string[] = []
    afterAll(() => {
      console.log([`${caught.length} of ${all.length} broken ${what}s are caught:`, ...caught].join('\n  '))
    })

    test('finds nothing wrong with one that is whole', async () => {
      const [whole] = all
      if (whole === undefined) throw new Error('there are broken ones')
      for await (const failure of await failures({ ...whole, replace: whole.find }))
        expect.fail(`${failure.error}`)
    })

    test.for(all)('catches one that $name', async (broken) => {
      for await (const { about, name } of await failures(broken)) {
        caught.push(`${broken.name} ← ${about}: ${name}`)
        return
      }
      expect.fail('no case failed')
    })
  })
}

mustCatch(
  'store',
  [...brokenClaims, ...brokenSettlements, ...brokenReleases, ...brokenRecords, ...brokenMemories],
  failuresOf,
)
mustCatch('lock store', brokenLocks, lockFailuresOf)

describe('the suites', () => {
  /** A clock that can be moved, but follows the clock of the process beside that. */
  function processClock() {
    let moved = 0
    const advance = (ms: number): void => {
      moved += ms
    }
    return { clock: () => Date.now() + moved, advance }
  }

  const about = async (failures: Failures): Promise<Set<string>> => {
    const seen = new Set<string>()
    for await (const failure of failures) seen.add(failure.about)
    return seen
  }

  const without = { ownClock: 'it is in this process' }

  test('catch a store on the clock of the process by the clock alone, unless it says so', async () => {
    const create = () => {
      const { clock, advance } = processClock()
      return { store: new MemoryStore({ clock }), advance }
    }
    expect([...(await about(storeFailures({ create, ...terms })))]).toEqual(['the clock'])
    expect([...(await about(storeFailures({ create, without, ...terms })))]).toEqual([])
  })

  test('catch a lock store on the clock of the process by the clock alone, unless it says so', async () => {
    const create = () => {
      const { clock, advance } = processClock()
      return { store: new MemoryLockStore({ clock }), advance }
    }
    expect([...(await about(lockStoreFailures({ create, ...terms })))]).toEqual(['the clock'])
    expect([...(await about(lockStoreFailures({ create, without, ...terms })))]).toEqual([])
  })

  test('begin with the part of a contract that is asked for, and have all parts', async () => {
    const store = (): Store =>
      new Proxy(new MemoryStore(), { get: () => () => Promise.reject(new Error('down')) })
    const inOrder = async (first?: string) => [
      ...(await about(storeFailures({ create: () => ({ store: store() }), ...terms }, first))),
    ]
    const usual = await inOrder()
    expect(usual.indexOf('resolve')).toBeGreaterThan(0)
    expect(await inOrder('resolve')).toEqual(['resolve', ...usual.filter((part) => part !== 'resolve')])
    expect(() => storeFailures({ create: () => ({ store: store() }) }, 'resolving')).toThrow(
      'no part of the contract is called resolving',
    )
  })
})
