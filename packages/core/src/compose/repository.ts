import type { RecordData } from '../record/record'

/**
 * What {@link composeStore} needs of a table, a collection or a service that keeps records.
 *
 * - **Writes are conditional, and indivisible.** `create` and `update` check their condition and write in one step, as
 *   `INSERT … ON CONFLICT DO NOTHING`, `UPDATE … WHERE version = ?` or a request with `If-Match` do. The lock does not
 *   make up for a repository that looks first and writes then: a process can be stopped while it holds the lock, and
 *   goes on writing when the lock is another's. The condition is what refuses that write.
 * - **Reads see the last write.** No replica that lags behind, no cache.
 * - **Records come back as they were given.** They are plain data that survives JSON; a missing property and one that is
 *   `undefined` are the same. Columns besides, for queries, are the repository's own affair.
 * - **Failure is an exception.** A write that may or may not have taken effect rejects; it never gives `false`.
 *
 * There is no operation that removes a record: a deleted one is emptied, and past its `goneAt` at once. Whatever is past
 * its `goneAt` the repository may remove in its own time, with a day to spare: what is left of the record until then
 * refuses late writes of processes that were stopped for as long.
 */
export interface Repository {
  /** The record of a key with its present version, or `undefined` if there is none. */
  get(key: string): Promise<VersionedRecord | undefined>

  /** Keeps a record under a key that has none. `false`: the key has one, and nothing was written. */
  create(key: string, record: RecordData): Promise<boolean>

  /** Replaces the record if its version is still the expected one. `false`: it is not, and nothing was written. */
  update(key: string, expectedVersion: Version, record: RecordData): Promise<boolean>

  /**
   * Optional: one page of the records whose keys begin with a prefix, of whatever state. A record that exists throughout
   * is seen at least once in a walk through all pages. Without it, the store has no `list`.
   */
  list?(query: RepositoryQuery): Promise<RepositoryPage>
}

/** Different after every write of the record, and never the same again: a counter, a revision, an entity tag. */
export type Version = string | number | bigint

export interface VersionedRecord {
  readonly record: RecordData
  readonly version: Version
}

export interface RepositoryQuery {
  /** Only keys that begin with this. */
  readonly prefix: string
  /** At most this many records. */
  readonly limit: number
  /** Where the page before ended, as that page said it. */
  readonly cursor?: string | undefined
}

export interface RepositoryPage {
  readonly records: readonly RecordData[]
  /** Missing: this was the last page. */
  readonly cursor?: string | undefined
}
