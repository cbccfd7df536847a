import { describe, expect, it } from 'vitest'
import { fences } from '../../../src/check/rules/fences'
import { change, type Forged, findings, takeover } from '../forged-history'

describe('fences', () => {
  it.each<Forged>([
    [
      'two attempts with one fence',
      /have one fence/,
      change(takeover, (event) => 'fence' in event && event.fence === 1000, { fence: 2000 }),
    ],
    [
      'a fence below that of an earlier attempt',
      /was granted after .*, which has a greater fence/,
      change(takeover, (event) => 'fence' in event && event.fence === 1000, { fence: 9000 }),
    ],
    [
      'a fence that JavaScript cannot count with',
      /no safe integer/,
      change(takeover, (event) => 'fence' in event && event.fence === 2000, { fence: 2 ** 53 }),
    ],
    [
      'an attempt number that comes again',
      /its number does not/,
      change(takeover, (event) => 'attempt' in event && event.attempt === 2, { attempt: 1 }),
    ],
  ])('finds %s', (_, message, events, plan) => {
    expect(findings(fences, events, plan)).toContainEqual(expect.stringMatching(message))
  })
})
