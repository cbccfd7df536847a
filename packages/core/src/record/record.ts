import type { SavedStep, Settled, StoredRecord } from '../contracts/store'

/**
 * A record as the stores of this package keep it: plain data that survives JSON. Times are milliseconds since the epoch
 * on the store's clock.
 */
export interface RecordData {
  readonly key: string
  /** As it was written: a running record stays `running` here when its lease has run out. */
  readonly state: 'running' | 'succeeded' | 'failed' | 'abandoned'
  readonly retryable: boolean
  readonly attempt: number
  readonly fence: number
  readonly owner: string
  readonly takeover: boolean
  readonly fingerprint?: string | undefined
  readonly value?: string | undefined
  /** Of a running record, that of the attempt before: it is not shown, but comes back if the attempt is released. */
  readonly failure?: string | undefined
  readonly steps: readonly SavedStep[]
  readonly createdAt: number
  readonly updatedAt: number
  readonly leaseUntil: number
  /** End of retention or, for a record without a settled answer, of keeping. */
  readonly expiresAt: number
  /** End of the tombstone; not before `expiresAt`. */
  readonly goneAt: number
}

/** The last instant that a `Date` can hold: stands for never, in a number that JSON can hold too. */
const NEVER = 8_640_000_000_000_000

/** The end of a duration, which may be `Infinity`. */
export const after = (now: number, ms: number): number => Math.min(now + ms, NEVER)

/** What is left until an end; `Infinity` until never. */
const until = (end: number, now: number): number => (end >= NEVER ? Infinity : end - now)

/** The record as long as anything of it is kept, tombstone included. */
export function kept(record: RecordData | undefined, now: number): RecordData | undefined {
  return record !== undefined && now < record.goneAt ? record : undefined
}

/** Whether somebody may be working on it. */
export const isLive = (record: RecordData, now: number): boolean =>
  record.state === 'running' && now < record.leaseUntil

/** Whether it has an answer that will not change. */
export const isFinal = (record: RecordData): boolean =>
  record.state === 'succeeded' || (record.state === 'failed' && !record.retryable)

/** The failure of the last attempt, if it reported one. */
export const failureOf = ({ state, failure }: RecordData): string | undefined =>
  state === 'running' ? undefined : failure

/** The settled record as an outcome. */
export function answer(record: RecordData, now: number): Settled {
  return {
    type: 'settled',
    state: record.state === 'succeeded' ? 'succeeded' : 'failed',
    attempt: record.attempt,
    fingerprint: record.fingerprint,
    value: record.value,
    failure: record.failure,
    retryable: record.retryable,
    retentionMs: until(record.expiresAt, now),
  }
}

/** The record as `get` and `list` show it; nothing of a tombstone. */
export function shown(record: RecordData | undefined, now: number): StoredRecord | undefined {
  if (record === undefined || now >= record.expiresAt) return undefined
  const { goneAt: _, leaseUntil, ...rest } = record
  const live = isLive(record, now)
  return {
    ...rest,
    failure: failureOf(record),
    state: record.state === 'running' && !live ? 'abandoned' : record.state,
    expiresAt: record.expiresAt >= NEVER ? Infinity : record.expiresAt,
    ...(record.state === 'running' && { leaseUntil }),
    ...(live && { leaseMs: leaseUntil - now }),
  }
}
