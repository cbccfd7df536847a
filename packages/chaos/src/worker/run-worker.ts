import { Idem, type Store } from '@idem/core'
import { makeWorkload } from '../workload/workload'
import { audit } from './audit'
import { type Caller, callOnce } from './call'
import { callKeys } from './call-keys'
import type { Order } from './order'
import { recordedStore } from './recorded-store'
import { takePart } from './take-part'
import { timesOf } from './times'

/** A store as one process has it, with the connections that it needs. */
export interface OpenedStore {
  readonly store: Store
  /** Closes the store and its connections. */
  close(): Promise<void> | void
}

/** Opens the store at `url`, for the process in the place of this number; what places differ in is the target's affair. */
export type OpenStore = (url: string, place: number) => Promise<OpenedStore>

/** A process on the store that is to be tried. */
export function runWorker(open: OpenStore): Promise<void> {
  return takePart(async (order, log) => {
    const { workload, role, life, url } = order
    const { keys, duplicates } = makeWorkload(workload)
    const place = role.name === 'caller' ? role.place : 0
    const { store, close } = await open(url, place)
    const caller: Caller = { idem: makeIdem(order, recordedStore(store, log), place), log, life }
    return {
      perform: (times) =>
        role.name === 'caller'
          ? callKeys(caller, duplicates, role, times, (duplicate, nth) => callOnce(caller, duplicate, nth))
          : audit(caller, keys),
      close,
    }
  })
}

function makeIdem({ workload, role, origin }: Order, store: Store, place: number): Idem {
  // Some processes answer from memory what they have seen before.
  const cached = role.name === 'caller' && place % 3 === 0
  return new Idem({
    store,
    // Each run has keys of its own, also where it shares a server with those before it.
    namespace: `chaos-${origin}`,
    lease: workload.leaseMs,
    ...timesOf(workload.leaseMs),
    ...(cached && { cache: { max: 1000, maxAge: '1m' } }),
  })
}
