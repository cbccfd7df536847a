import type { RecordState } from '../contracts/store'
import type { IdemRecord } from '../idem-record'
import type { AttemptOptions, CallOptions } from './options'

/** Where a record is to be found, and how it is read. */
export type RecordOptions = Pick<CallOptions, 'scope' | 'name'> &
  Pick<AttemptOptions, 'codec' | 'storeTimeout'>

/** How a record is settled by hand. */
export type ResolveOptions = RecordOptions &
  Pick<AttemptOptions, 'retention' | 'tombstone' | 'maxResultBytes'>

/** Which records to see. */
export interface RecordsQuery {
  /** Only records in this state. */
  readonly state?: RecordState | undefined
}

export interface PageQuery extends RecordsQuery {
  /** At most this many records, 1 to 1000. @defaultValue 100 */
  readonly limit?: number | undefined
  /** Where the page before ended. */
  readonly cursor?: string | undefined
}

/** Some of the records, and where to go on. */
export interface Page {
  readonly records: readonly IdemRecord[]
  /** Missing: this was the last page. */
  readonly cursor?: string | undefined
}
