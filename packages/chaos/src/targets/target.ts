import type { PrivateServer, TestServer, Unavailable } from '@idem/test-servers'
import type { Bank } from '../transfers/bank'

/** A kind of store, as the run needs to know it. What its processes do with it is in `worker`. */
export interface Target {
  readonly name: string
  /** Finds a server that loses nothing that it has acknowledged, of the run's own if that can be had. */
  start(): Promise<RunServer | Unavailable>
  /** The program of its processes: calls `runWorker` with what opens the store. */
  readonly worker: URL
  /** Where money is moved, if the store has transactions. */
  readonly bank?: Bank
}

/** One whose store has transactions. */
export type BankTarget = Target & { readonly bank: Bank }

/** The server of a run: one of its own, which is killed and restarted, or one of which others make use, too. */
export type RunServer = PrivateServer | SharedServer

export interface SharedServer extends TestServer {
  /** Why there is none that may be killed. */
  readonly notKilled: string
}
