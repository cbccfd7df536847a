import type { FinalAnswer } from '../../src/contracts/record-cache'

/** A final answer, as a store or a cache gives it. */
export function answered(value: string, more: Partial<FinalAnswer> = {}): FinalAnswer {
  return {
    type: 'settled',
    state: 'succeeded',
    attempt: 1,
    fingerprint: undefined,
    value,
    retryable: false,
    retentionMs: 60_000,
    ...more,
  }
}
