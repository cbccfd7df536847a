import { describe, expect, it } from 'vitest'
import { winnerIsLast } from '../../../src/check/rules/winner-is-last'
import { at, change, type Forged, findings, takeover, the, third, unsettledFailure } from '../forged-history'

describe('winnerIsLast', () => {
  it.each<Forged>([
    [
      "a late owner's value, seen instead of the winner's",
      /attempt 2 of 1\.1 \(fence 2000\) was granted, although attempt 1 of 0\.1/,
      [
        ...change(takeover, ({ type }) => type === 'answered' || type === 'recorded', {
          value: 'attempt 1',
          attempt: 1,
          fence: 1000,
        }),
        at(540, '0.1', 'ended', { fence: 1000, value: 'attempt 1' }),
      ],
    ],
    [
      'an attempt after one that the store has as succeeded',
      /attempt 3 of 2\.1 \(fence 3000\) was granted, although attempt 2/,
      [...takeover, ...third(602)],
    ],
    [
      'an attempt that was claimed when there was an answer',
      /was claimed and granted when there was an answer/,
      [...change(takeover, the('settled'), undefined), ...third(650)],
    ],
  ])('finds %s', (_, message, events, plan) => {
    expect(findings(winnerIsLast, events, plan)).toContainEqual(expect.stringMatching(message))
  })

  it('does not take for an answer what could not be recorded', () => {
    expect(findings(winnerIsLast, unsettledFailure, undefined)).toEqual([])
    const elsewhere = change(unsettledFailure, the('refused'), { life: '0.2' })
    expect(findings(winnerIsLast, elsewhere, undefined)).toContainEqual(
      expect.stringMatching('when there was an answer'),
    )
  })
})
