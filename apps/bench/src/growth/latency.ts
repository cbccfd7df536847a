import { randomUUID } from 'node:crypto'
import { median } from '@idem/harness'
import { terms } from '../work/store-alone'
import { freshKey, type GrownStore, grownKey } from './grown-store'

/** Median µs of one call with nothing beside it. */
export interface Latency {
  readonly claim: number
  readonly replay: number
}

/** A store, and how many records it has. */
export interface Filled {
  readonly store: GrownStore
  readonly records: number
}

const CLAIMS = 200
const REPLAYS = 500

/**
 * Claims new keys, takes them back, and claims keys that have their answer: a call of each store in turn, so that all of
 * them find the machine as slow as it happens to be.
 *
 * @throws if a claim is answered otherwise
 */
export async function latenciesOf(stores: readonly Filled[], mark: string): Promise<readonly Latency[]> {
  const fresh = stores.map(({ store }) => ({
    store,
    keys: Array.from({ length: CLAIMS }, () => freshKey(mark)),
  }))
  const settled = stores.map(({ store, records }) => ({
    store,
    keys: Array.from({ length: REPLAYS }, () => grownKey(mark, Math.floor(Math.random() * records))),
  }))
  try {
    const claims = await medianMicros(fresh, 'acquired')
    const replays = await medianMicros(settled, 'settled')
    return stores.map((_, index) => ({ claim: claims[index] as number, replay: replays[index] as number }))
  } finally {
    for (const { store, keys } of fresh) await store.forget(keys)
  }
}

async function medianMicros(
  asked: readonly { readonly store: GrownStore; readonly keys: readonly string[] }[],
  expected: string,
): Promise<readonly number[]> {
  const lanes = asked.map(({ store: { store }, keys }) => ({ store, keys, micros: [] as number[] }))
  for (const call of asked[0]?.keys.keys() ?? []) {
    for (const { store, keys, micros } of call % 2 === 0 ? lanes : lanes.toReversed()) {
      const key = keys[call] as string
      const owner = randomUUID()
      const startedAt = performance.now()
      const { type } = await store.claim({ key, owner, ...terms })
      micros.push((performance.now() - startedAt) * 1000)
      if (type !== expected) throw new Error(`${key} is ${type}, and not ${expected}`)
    }
  }
  return lanes.map(({ micros }) => median(micros))
}
