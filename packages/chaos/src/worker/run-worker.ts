import { Idem, type Store } from '@idem/core'
import { EventLog } from '../history/event-log'
import { SharedClock } from '../history/shared-clock'
import { makeWorkload } from '../workload/workload'
import { audit } from './audit'
import type { Caller } from './call'
import { callKeys } from './call-keys'
import { Director } from './director'
import type { Order } from './order'
import { recordedStore } from './recorded-store'
import { TIMES } from './times'

/** A store as one process has it, with the connections that it needs. */
export interface OpenedStore {
  readonly store: Store
  /** Closes the store and its connections. */
  close(): Promise<void> | void
}

/** Opens the store at `url`, for the process in the place of this number; what places differ in is the target's affair. */
export type OpenStore = (url: string, place: number) => Promise<OpenedStore>

/** A process that takes part: it opens the store, does what its order says, and ends by having nothing left to do. */
export async function runWorker(open: OpenStore): Promise<void> {
  const order = JSON.parse(process.argv[2] ?? '') as Order
  const director = new Director()
  const log = new EventLog(order.logFile, order.life, new SharedClock(order.origin))
  const { keys, duplicates } = makeWorkload(order.workload)
  const place = order.role.name === 'caller' ? order.role.place : 0
  const { store, close } = await open(order.url, place)
  const caller: Caller = { idem: makeIdem(order, recordedStore(store, log), place), log, life: order.life }
  log.add({ type: 'process-began', pid: process.pid })
  const beganAt = await director.begins
  if (order.role.name === 'caller') await callKeys(caller, duplicates, order.role, beganAt)
  else await audit(caller, keys)
  await director.dismisses
  log.add({ type: 'process-done' })
  await close()
  log.close()
  process.stdin.destroy()
}

function makeIdem({ workload, role, origin }: Order, store: Store, place: number): Idem {
  // Some processes answer from memory what they have seen before.
  const cached = role.name === 'caller' && place % 3 === 0
  return new Idem({
    store,
    // Each run has keys of its own, also where it shares a server with those before it.
    namespace: `chaos-${origin}`,
    lease: workload.leaseMs,
    ...TIMES,
    ...(cached && { cache: { max: 1000, maxAge: '1m' } }),
  })
}
