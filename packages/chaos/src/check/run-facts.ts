import type { ChaosEvent } from '../history/event'
import type { Workload } from '../workload/workload'

/** What the checker is given: the whole history, and what was asked for. */
export interface RunFacts {
  readonly events: readonly ChaosEvent[]
  readonly workload: Workload
  readonly leaseMs: number
  /** How long a caller waits for an attempt that runs elsewhere. */
  readonly waitMs: number
  /** Lives that had not come to their end when the run was over. */
  readonly unfinished: readonly string[]
}

/** The store's clock and ours do not tick alike, and the store counts in whole milliseconds. */
export const CLOCKS_DIFFER_MS = 5
