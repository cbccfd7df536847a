import { setMaxListeners } from 'node:events'
import type { OpenStore } from '../stores/store-kind'
import { STORES, type StoreName } from '../stores/stores'
import { oneWay } from './one-way'
import { STAGES, type StageName, stagesOf } from './stages'
import type { StormProgress, StormReport, StormRow } from './storm-report'
import type { Pay, Tools, Way } from './way'
import { WAYS } from './ways'

/** A store, and where it was found. */
export interface StormStore {
  readonly name: StoreName
  readonly url: string
}

export interface StormOptions {
  /** How many clients ask for the same payment. */
  readonly duplicates: number
  /** Located before, as `StoreKind.locate` does. */
  readonly stores: readonly StormStore[]
  /** @defaultValue all of them */
  readonly ways?: readonly Way[] | undefined
  /** What the ways go through. @defaultValue all of it */
  readonly stages?: readonly StageName[] | undefined
  readonly gateway?: StormGatewayOptions | undefined
  /** How long a lease, or a lock, lasts. @defaultValue 1000 */
  readonly leaseMs?: number | undefined
  /** Is told how far the storm has come, about a hundred times in each row. */
  readonly onProgress?: ((progress: StormProgress) => void) | undefined
  /** Ends the storm. */
  readonly signal?: AbortSignal | undefined
}

/** The gateway meets every way with the same delays, unless another seed is given. */
export interface StormGatewayOptions {
  /** The shortest and the longest time that a charge takes, in milliseconds. @defaultValue 20 to 60 */
  readonly delayMs?: readonly [number, number] | undefined
  /** How long the slow charge takes. @defaultValue one and a half times the lease */
  readonly slowMs?: number | undefined
  /** A whole number. @defaultValue 1 */
  readonly seed?: number | undefined
}

/** Duplicates in one process join each other; over several, the store has to tell them apart. */
const PROCESSES = 4

/**
 * Has one payment made by many clients at once, in each way on each store, one after the other; then another of the same
 * amount, one that the gateway refuses at first, and one that takes long. All that it opens is closed when it ends.
 *
 * @throws the reason of `signal` if it aborts
 */
export async function runStorm(options: StormOptions): Promise<StormReport> {
  const { duplicates, gateway = {}, leaseMs = 1000, onProgress = () => {} } = options
  const { ways = WAYS, stages = STAGES } = options
  const { delayMs = [20, 60], slowMs = leaseMs * 1.5, seed = 1 } = gateway
  const signal = AbortSignal.any(options.signal === undefined ? [] : [options.signal])
  // Every client listens to it.
  setMaxListeners(0, signal)
  const start = performance.now()
  const opened: OpenedStore[] = []
  try {
    for (const store of options.stores) {
      signal.throwIfAborted()
      opened.push(await openStore(store))
    }
    const planned = opened.flatMap((store) =>
      ways.flatMap((way) => (canBeHad(way, store) ? [{ way, store }] : [])),
    )
    const rows: StormRow[] = []
    for (const [index, { way, store }] of planned.entries()) {
      const chosen = stagesOf({ duplicates, delayMs, slowMs, seed }).filter(({ name }) =>
        stages.includes(name),
      )
      const of = chosen.reduce((sum, { clients }) => sum + clients, 0)
      const place = { way: way.name, store: store.name, of, row: index + 1, rows: planned.length }
      let done = 0
      const row = await oneWay({
        way,
        store: store.name,
        stages: chosen,
        open: (charge) => servicesOf(way, store, { charge, leaseMs }),
        onEnding: () => {
          done += 1
          if (done < of && done % Math.ceil(of / 100) === 0) onProgress({ ...place, done })
        },
        signal,
      })
      onProgress({ ...place, done, result: row })
      rows.push(row)
    }
    const right = rows.every((row) => row.right || !row.idem)
    const ms = Math.round(performance.now() - start)
    return { duplicates, processes: PROCESSES, leaseMs, slowMs, right, ms, rows }
  } finally {
    await Promise.all(opened.map(({ close }) => close()))
  }
}

interface OpenedStore {
  readonly name: StoreName
  /** As each process has it. */
  readonly processes: readonly OpenStore[]
  close(): Promise<void>
}

/** A store that several processes can share is opened by each of them; another is one for all. */
async function openStore({ name, url }: StormStore): Promise<OpenedStore> {
  const { shared, open } = STORES[name]
  const all = await Promise.all(Array.from({ length: shared ? PROCESSES : 1 }, () => open(url, () => {})))
  return {
    name,
    processes: Array.from({ length: PROCESSES }, (_, index) => all[index % all.length] as OpenStore),
    close: async () => void (await Promise.all(all.map(({ close }) => close()))),
  }
}

function servicesOf(way: Way, { processes }: OpenedStore, own: Pick<Tools, 'charge' | 'leaseMs'>): Pay[] {
  return processes.map((opened) => way.open({ ...opened, ...own })).filter((pay) => pay !== undefined)
}

const canBeHad = (way: Way, store: OpenedStore): boolean =>
  servicesOf(way, store, { charge: async () => '', leaseMs: 1000 }).length > 0
