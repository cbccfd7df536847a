import type { RecordData } from '../record/record'

/**
 * What remains of a record that is removed, for as long as the repository lets it: it is gone already and says nothing but
 * its fence. So it refuses the write of whoever looked before, and the next attempt's fence follows on it.
 */
export function huskOf(record: RecordData, now: number): RecordData {
  const { fingerprint: _fingerprint, value: _value, failure: _failure, ...rest } = record
  return {
    ...rest,
    state: 'failed',
    retryable: true,
    steps: [],
    updatedAt: now,
    expiresAt: now,
    goneAt: now,
  }
}
