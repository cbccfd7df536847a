import type { StoredRecord } from '@idem/core'
import { readSteps } from './claim-outcome'
import { moment } from './durations'
import { unescapeOptional, unescapeText } from './escaped-text'

/** A record as it is read from the table, with the server's clock. */
export interface RecordRow {
  readonly key: string
  readonly state: StoredRecord['state']
  readonly retryable: boolean
  readonly attempt: number
  readonly fence: unknown
  readonly owner: string
  readonly takeover: boolean
  readonly fingerprint: string | null
  readonly value: string | null
  readonly failure: string | null
  readonly steps: string | null
  readonly created_at: unknown
  readonly updated_at: unknown
  readonly lease_until: unknown
  readonly expires_at: unknown
  readonly now_ms: unknown
}

/** The record as `get` and `list` show it. */
export function shown(row: RecordRow): StoredRecord {
  const isRunning = row.state === 'running'
  const leaseUntil = moment(row.lease_until)
  const leaseMs = leaseUntil - Number(row.now_ms)
  const isLive = isRunning && leaseMs > 0
  return {
    key: unescapeText(row.key),
    state: isRunning && !isLive ? 'abandoned' : row.state,
    retryable: row.retryable,
    attempt: row.attempt,
    fence: Number(row.fence),
    owner: unescapeText(row.owner),
    takeover: row.takeover,
    fingerprint: unescapeOptional(row.fingerprint),
    value: unescapeOptional(row.value),
    // What a running record has is the failure of the attempt before it.
    failure: isRunning ? undefined : unescapeOptional(row.failure),
    steps: readSteps(row.steps),
    createdAt: Number(row.created_at),
    updatedAt: Number(row.updated_at),
    expiresAt: moment(row.expires_at),
    ...(isRunning && { leaseUntil }),
    ...(isLive && { leaseMs }),
  }
}
