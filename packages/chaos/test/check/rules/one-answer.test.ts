import { describe, expect, it } from 'vitest'
import { oneAnswer } from '../../../src/check/rules/one-answer'
import {
  at,
  change,
  type Forged,
  findings,
  refusal,
  takeover,
  the,
  unsettledFailure,
} from '../forged-history'

describe('oneAnswer', () => {
  it.each<Forged>([
    [
      'callers that got two values',
      /callers got 2 different values/,
      change(takeover, the('answered', { life: '0.2' }), { value: 'another' }),
    ],
    [
      'a value that nobody gave',
      /no attempt and no operator gave: damaged/,
      change(takeover, ({ type }) => type === 'answered' || type === 'recorded', { value: 'damaged' }),
    ],
    [
      'a value under the number of another attempt',
      /the value of attempt 2 as that of attempt 1/,
      change(takeover, the('answered', { life: '0.2' }), { attempt: 1 }),
    ],
    [
      'a key that gave a value and failed for good',
      /ended in 2 ways/,
      [...takeover, ...refusal({ name: 'PlannedFailure', message: 'attempt 2', code: 'FOR_GOOD' })],
    ],
  ])('finds %s', (_, message, events, plan) => {
    expect(findings(oneAnswer, events, plan)).toContainEqual(expect.stringMatching(message))
  })

  it('lets another attempt end otherwise where a failure could not be recorded', () => {
    expect(findings(oneAnswer, unsettledFailure, undefined)).toEqual([])
  })

  it.each([
    ['was recorded', { life: '0.1' }],
    ['is known to another process', { life: '0.2' }],
  ])('does not where it %s', (_, { life }) => {
    const settled = at(133, '0.1', 'settled', { owner: 'A', sentAt: 131, ending: 'final', accepted: true })
    const events =
      life === '0.1' ? [...unsettledFailure, settled] : change(unsettledFailure, the('refused'), { life })
    expect(findings(oneAnswer, events, undefined)).toContainEqual(expect.stringMatching(/ended in 2 ways/))
  })
})
