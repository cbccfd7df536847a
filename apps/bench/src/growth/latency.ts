import { randomUUID } from 'node:crypto'
import { median } from '../figures/statistics'
import { terms } from '../work/store-alone'
import { freshKey, type GrownStore, grownKey } from './grown-store'

/** Median µs of one call with nothing beside it. */
export interface Latency {
  readonly claim: number
  readonly replay: number
}

const CLAIMS = 200
const REPLAYS = 500

/** Claims new keys, takes them back, and claims keys that have their answer. @throws if a claim is answered otherwise */
export async function latencyOf(grown: GrownStore, records: number, mark: string): Promise<Latency> {
  const fresh = Array.from({ length: CLAIMS }, () => freshKey(mark))
  const settled = Array.from({ length: REPLAYS }, () => grownKey(mark, Math.floor(Math.random() * records)))
  try {
    const claim = await medianMicros(grown, fresh, 'acquired')
    return { claim, replay: await medianMicros(grown, settled, 'settled') }
  } finally {
    await grown.forget(fresh)
  }
}

async function medianMicros({ store }: GrownStore, keys: readonly string[], expected: string) {
  const micros: number[] = []
  for (const key of keys) {
    const owner = randomUUID()
    const startedAt = performance.now()
    const { type } = await store.claim({ key, owner, ...terms })
    micros.push((performance.now() - startedAt) * 1000)
    if (type !== expected) throw new Error(`${key} is ${type}, and not ${expected}`)
  }
  return median(micros)
}
