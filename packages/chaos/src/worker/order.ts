import type { WorkloadOptions } from '../workload/workload'

/** What a process is told when it is started. The workload follows from its options, and is not sent. */
export interface Order {
  readonly workload: WorkloadOptions
  /** Its name in the history. */
  readonly life: string
  readonly logFile: string
  /** The origin of the shared clock. */
  readonly origin: string
  /** Where the store is: behind a proxy, except for the auditor. */
  readonly url: string
  readonly role: CallerRole | AuditorRole
}

/** Calls the keys, as the callers of one place. */
export interface CallerRole {
  readonly name: 'caller'
  readonly place: number
  /** Duplicates of this place that lives before this one have brought to an end. */
  readonly done: readonly number[]
  /** For how long it goes on calling when all faults are over. */
  readonly patienceMs: number
}

/** Looks when all is over: calls each key once more, and reads its record. */
export interface AuditorRole {
  readonly name: 'auditor'
}
