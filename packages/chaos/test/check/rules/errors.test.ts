import { describe, expect, it } from 'vitest'
import { errors } from '../../../src/check/rules/errors'
import {
  change,
  FAULT,
  type Forged,
  failure,
  findings,
  refusal,
  storeError,
  takeover,
} from '../forged-history'

describe('errors', () => {
  it.each<Forged>([
    [
      'a failure that no attempt had',
      /got OperationFailedError without a reason/,
      [
        ...failure,
        ...refusal(
          { name: 'OperationFailedError', message: 'other', code: 'OPERATION_FAILED' },
          { failure: { name: 'PlannedFailure', message: 'other' }, attempt: 1 },
        ),
      ],
    ],
    [
      'a failure told as that of another attempt',
      /got OperationFailedError without a reason/,
      [
        ...failure,
        ...refusal(
          { name: 'OperationFailedError', message: 'attempt 1', code: 'OPERATION_FAILED' },
          { failure: { name: 'PlannedFailure', message: 'attempt 1' }, attempt: 2 },
        ),
      ],
    ],
    [
      "another process's error, thrown as if it were its own",
      /got PlannedFailure without a reason/,
      [...failure, ...refusal({ name: 'PlannedFailure', message: 'attempt 1', code: 'MAY_RETRY' })],
    ],
    [
      'a caller that gave up too soon',
      /got InProgressError without a reason/,
      [...takeover, ...refusal({ name: 'InProgressError', message: 'running', code: 'IN_PROGRESS' })],
    ],
    [
      'an abandoned key where the policy is to run again',
      /got AbandonedError without a reason/,
      [...takeover, ...refusal({ name: 'AbandonedError', message: 'unknown', code: 'ABANDONED' })],
    ],
    [
      'a lost lease of a process that had none',
      /got LeaseLostError without a reason/,
      [...takeover, ...refusal({ name: 'LeaseLostError', message: 'lost', code: 'LEASE_LOST' })],
    ],
    [
      'a store that failed before there was a fault',
      /got StoreError without a reason/,
      [...change(takeover, (event) => event === FAULT, { at: 5000 }), ...refusal(storeError)],
    ],
    [
      'an error that is not of the design',
      /got TypeError without a reason: x is undefined/,
      [...takeover, ...refusal({ name: 'TypeError', message: 'x is undefined' })],
    ],
  ])('finds %s', (_, message, events, plan) => {
    expect(findings(errors, events, plan)).toContainEqual(expect.stringMatching(message))
  })
})
