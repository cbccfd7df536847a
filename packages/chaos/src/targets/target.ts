import type { PrivateServer, Unavailable } from '@idem/test-servers'

/** A kind of store, as the run needs to know it. What its processes do with it is in `worker`. */
export interface Target {
  readonly name: string
  /** Starts a server of the run's own, one that loses nothing that it has acknowledged. */
  start(): Promise<PrivateServer | Unavailable>
  /** The program of its processes: calls `runWorker` with what opens the store. */
  readonly worker: URL
}
