import type { Losses } from './check/losses'
import type { Violation } from './check/violation'
import type { FaultCounts } from './faults/plan-faults'
import type { RunServer, Target } from './targets/target'

export interface ChaosOptions extends PlayOptions {
  readonly target: Target
  /** Whether the processes ask for each write to be waited for until the replica has it. @defaultValue `false` */
  readonly syncWrites?: boolean
}

export interface PlayOptions {
  /** A server that the target has started. If it may be, it is killed and restarted; it is left running. */
  readonly server: RunServer
  /** Decides what is called and which faults there are; not how it goes: that is the machine's affair. */
  readonly seed: number
  /** @defaultValue 6 */
  readonly processes?: number
  /** @defaultValue 40 */
  readonly keys?: number
  /** Callers of each key. @defaultValue 25 */
  readonly duplicates?: number
  /** @defaultValue `DEFAULT_FAULTS` */
  readonly faults?: Partial<FaultCounts>
  /** For how long keys come into use and faults happen; then all come to their end. @defaultValue 18,000 */
  readonly durationMs?: number
  /** @defaultValue 400 */
  readonly leaseMs?: number
  /** So long after the last fault, when no more keys come into use, every caller has its answer. @defaultValue 45,000 */
  readonly drainMs?: number
  readonly onProgress?: (progress: ChaosProgress) => void
  /** Ends the run at once, and rejects; its processes end with it. */
  readonly signal?: AbortSignal | undefined
}

/** What happened so far. */
export interface ChaosProgress {
  readonly elapsedMs: number
  readonly phase: 'chaos' | 'drain' | 'audit'
  readonly faults: FaultCounts
}

export interface ChaosReport {
  readonly seed: number
  readonly elapsedMs: number
  /** Keys, each of which has a history. */
  readonly histories: number
  readonly calls: number
  /** Calls that were answered with a value. */
  readonly answers: number
  /** Attempts that began. */
  readonly attempts: number
  /** Attempts that followed one that was abandoned. */
  readonly takeovers: number
  /** Writes that came too late, and were refused. */
  readonly lateWrites: number
  /** Faults that were inflicted. */
  readonly faults: FaultCounts
  readonly violations: readonly Violation[]
  /** What callers and processes had been told and was no more; of keys, not of transfers. */
  readonly losses: Losses
}
