import { describe, expect, it } from 'vitest'
import { ownerDecides } from '../../../src/check/rules/owner-decides'
import { at, type Forged, findings, takeover } from '../forged-history'

describe('ownerDecides', () => {
  it.each<Forged>([
    [
      'a renewal by an owner that was taken over',
      /took a renewal of attempt 1 .* after attempt 2/,
      [...takeover, at(522, '0.1', 'renewed', { owner: 'A', sentAt: 520 })],
    ],
    [
      'a step saved by an owner that was taken over',
      /took the result of step-2 of attempt 1/,
      [...takeover, at(522, '0.1', 'step-saved', { owner: 'A', sentAt: 520, name: 'step-2' })],
    ],
    [
      'an end reported by an owner that was taken over',
      /took the report "retryable"/,
      [
        ...takeover,
        at(522, '0.1', 'settled', { owner: 'A', sentAt: 520, ending: 'retryable', accepted: true }),
      ],
    ],
  ])('finds %s', (_, message, events, plan) => {
    expect(findings(ownerDecides, events, plan)).toContainEqual(expect.stringMatching(message))
  })
})
