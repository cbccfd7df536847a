import { EventLog } from '../history/event-log'
import { SharedClock } from '../history/shared-clock'
import { Director } from './director'
import type { Order } from './order'

export interface PartTimes {
  /** All times of the workload count from this moment. */
  readonly beganAt: number
  /** Resolves when all faults are over. */
  readonly dismissed: Promise<void>
}

/** What a process does between its beginning and its end. */
export interface Part {
  perform(times: PartTimes): Promise<void>
  close(): Promise<void> | void
}

/** A process that takes part: it gets ready, does what its order says, and ends by having nothing left to do. */
export async function takePart(prepare: (order: Order, log: EventLog) => Promise<Part>): Promise<void> {
  const order = JSON.parse(process.argv[2] ?? '') as Order
  const director = new Director()
  const log = new EventLog(order.logFile, order.life, new SharedClock(order.origin))
  const part = await prepare(order, log)
  log.add({ type: 'process-began', pid: process.pid })
  const dismissed = director.dismisses
  await part.perform({ beganAt: await director.begins, dismissed })
  await dismissed
  log.add({ type: 'process-done' })
  await part.close()
  log.close()
  process.stdin.destroy()
}
