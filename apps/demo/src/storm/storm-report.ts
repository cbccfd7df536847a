import type { StoreName } from '../stores/stores'
import type { StageName } from './stages'
import type { Tally } from './tally'

/** What came of a storm: plain data. */
export interface StormReport {
  /** How many clients asked for the same payment. */
  readonly duplicates: number
  /** How many services, each with a connection of its own, answered them. */
  readonly processes: number
  /** How long a lease, or a lock, lasted. */
  readonly leaseMs: number
  /** How long the slow charge took. */
  readonly slowMs: number
  /** Whether all of idem's ways were right. */
  readonly right: boolean
  readonly ms: number
  readonly rows: readonly StormRow[]
}

/** One way on one store: what its stages come to. */
export interface StormRow extends Tally {
  readonly way: string
  /** Whether it is one of idem's. */
  readonly idem: boolean
  readonly store: StoreName
  /** One charge for each payment that was meant, and for every client the order of its payment. */
  readonly right: boolean
  readonly ms: number
  readonly stages: readonly StageResult[]
  /** What the service could not do, if a client went home without an answer. */
  readonly trouble?: string
}

export interface StageResult extends Tally {
  readonly stage: StageName
  readonly ms: number
}

/** How far a storm has come: at least once for each row, when it is done, and every now and then before. */
export interface StormProgress {
  readonly way: string
  readonly store: StoreName
  /** How many of the row's clients have gone home. */
  readonly done: number
  readonly of: number
  /** Which of the rows it is, from 1. */
  readonly row: number
  readonly rows: number
  /** Of a row that is done. */
  readonly result?: StormRow
}
