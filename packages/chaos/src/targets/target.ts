import type { TestServer, Unavailable } from '@idem/test-servers'
import type { Bank } from '../transfers/bank'

/** A kind of store, as the run needs to know it. What its processes do with it is in `worker`. */
export interface Target {
  readonly name: string
  /** Finds a server that loses nothing that it has acknowledged, of the run's own if that can be had. */
  start(): Promise<RunServer | Unavailable>
  /** The program of its processes: calls `runWorker` with what opens the store. */
  readonly worker: URL
  /** Two servers of which one takes over, or why there are none. */
  readonly pairs: Pairs | { readonly none: string }
  /** Where money is moved, if the store has transactions. */
  readonly bank?: Bank
}

/** Whether what is acknowledged has reached the replica. */
export type Replication = 'sync' | 'async'

export interface Pairs {
  start(replication: Replication): Promise<PairServer | Unavailable>
  /** The program of processes whose writes wait for the replica, where it is they who must ask for that. */
  readonly syncWorker?: URL
}

/** One whose store has transactions. */
export type BankTarget = Target & { readonly bank: Bank }

/** The server of a run: one of its own, which is killed and restarted, or one of which others make use, too. */
export type RunServer = OwnServer | PairServer | SharedServer

export interface OwnServer extends TestServer {
  /** Kills it with SIGKILL. */
  kill(): Promise<void>
  /** Starts it again at the same place, with what it had written to disk. */
  restart(): Promise<void>
}

/** A server with a replica, that can take over: then `url` is another. */
export interface PairServer extends OwnServer {
  /** Resolves when the replica has all that the primary had when this was asked. */
  caughtUp(): Promise<void>
  /** Cuts off and kills the primary, leaves everybody without one for so long, and promotes the replica. */
  failOver(awayMs: number): Promise<void>
  /** Gives the primary a fresh replica, in place of the one that was promoted. */
  attach(): Promise<void>
}

export interface SharedServer extends TestServer {
  /** Why there is none that may be killed. */
  readonly notKilled: string
}
