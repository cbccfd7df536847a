import type { SavedStep, StoredRecord } from '@idem/core'
import { moment } from './durations'
import { unescapeOptional, unescapeText } from './escaped-text'
import { NOW } from './expressions'

/** A record as it is kept, one document a key. Its texts are escaped. */
export interface RecordDocument {
  readonly _id: string
  /** `deleted`: nothing but its fence is left, for the attempt that comes next. */
  readonly state: 'running' | 'succeeded' | 'failed' | 'abandoned' | 'deleted'
  readonly owner: string
  readonly fingerprint?: string | null
  readonly attempt: number
  /** A number of 64 bits. */
  readonly fence: number
  readonly takeover: boolean
  readonly retryable: boolean
  readonly value?: string | null
  /** Of a running record, that of the attempt before. */
  readonly failure?: string | null
  readonly steps?: readonly { readonly name: string; readonly value?: string | null }[] | null
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly leaseUntil: Date
  readonly expiresAt: Date
  readonly goneAt: Date
}

/** A record as it is read, with the server's clock. */
export type SeenRecord = RecordDocument & { readonly now: Date }

/** What is read of a record. */
export const SEEN = {
  ...{ state: 1, owner: 1, fingerprint: 1, attempt: 1, fence: 1, takeover: 1, retryable: 1, value: 1 },
  ...{ failure: 1, steps: 1, createdAt: 1, updatedAt: 1, leaseUntil: 1, expiresAt: 1, goneAt: 1, now: NOW },
} as const

/** The record as `get` and `list` show it; nothing of one that is deleted, a tombstone, or past its keeping. */
export function shown(record: SeenRecord): StoredRecord | undefined {
  const { state, now, leaseUntil } = record
  if (state === 'deleted' || now >= record.expiresAt) return undefined
  const isRunning = state === 'running'
  const isLive = isRunning && now < leaseUntil
  return {
    key: unescapeText(record._id),
    state: isRunning && !isLive ? 'abandoned' : state,
    retryable: record.retryable,
    attempt: record.attempt,
    fence: record.fence,
    owner: unescapeText(record.owner),
    takeover: record.takeover,
    fingerprint: unescapeOptional(record.fingerprint),
    value: unescapeOptional(record.value),
    failure: isRunning ? undefined : unescapeOptional(record.failure),
    steps: savedSteps(record),
    createdAt: record.createdAt.getTime(),
    updatedAt: record.updatedAt.getTime(),
    expiresAt: moment(record.expiresAt),
    ...(isRunning && { leaseUntil: moment(leaseUntil) }),
    ...(isLive && { leaseMs: moment(leaseUntil) - now.getTime() }),
  }
}

const NO_STEPS: readonly SavedStep[] = []

export function savedSteps({ steps }: Pick<RecordDocument, 'steps'>): readonly SavedStep[] {
  if (!steps) return NO_STEPS
  return steps.map(({ name, value }) => ({ name: unescapeText(name), value: unescapeOptional(value) }))
}
