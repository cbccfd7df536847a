import type { Transition } from '../record/claim'
import { kept, type RecordData } from '../record/record'

/**
 * The decision of `Store.delete`. What remains of the record, for as long as the repository lets it, is a husk that is
 * gone already and says nothing but its fence: it refuses the write of whoever looked before, and the next attempt's
 * fence follows on it.
 */
export function decideDelete(found: RecordData | undefined, now: number): Transition<boolean> {
  const record = kept(found, now)
  if (record === undefined) return { outcome: false }
  const { fingerprint: _fingerprint, value: _value, failure: _failure, ...rest } = record
  const husk: RecordData = {
    ...rest,
    state: 'failed',
    retryable: true,
    steps: [],
    updatedAt: now,
    expiresAt: now,
    goneAt: now,
  }
  return { outcome: true, next: husk }
}
