import { EventLog } from '../history/event-log'
import { SharedClock } from '../history/shared-clock'
import { Director } from './director'
import type { Order } from './order'

/** What a process does between its beginning and its end. */
export interface Part {
  /** All times of the workload count from `beganAt`. */
  perform(beganAt: number): Promise<void>
  close(): Promise<void> | void
}

/** A process that takes part: it gets ready, does what its order says, and ends by having nothing left to do. */
export async function takePart(prepare: (order: Order, log: EventLog) => Promise<Part>): Promise<void> {
  const order = JSON.parse(process.argv[2] ?? '') as Order
  const director = new Director()
  const log = new EventLog(order.logFile, order.life, new SharedClock(order.origin))
  const part = await prepare(order, log)
  log.add({ type: 'process-began', pid: process.pid })
  await part.perform(await director.begins)
  await director.dismisses
  log.add({ type: 'process-done' })
  await part.close()
  log.close()
  process.stdin.destroy()
}
