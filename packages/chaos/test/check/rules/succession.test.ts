import { describe, expect, it } from 'vitest'
import { succession } from '../../../src/check/rules/succession'
import { at, change, type Forged, failure, findings, takeover, the } from '../forged-history'

describe('succession', () => {
  it.each<Forged>([
    [
      'a takeover before the lease could have run out',
      /began 96\.0 ms before the lease of attempt 1/,
      change(takeover, the('renewed', { owner: 'A' }), { sentAt: 210, at: 212 }),
    ],
    [
      'a takeover only because a process is dead',
      /before the lease of attempt 1/,
      change(takeover, the('claimed', { fence: 2000 }), { at: 203 }),
    ],
    [
      'a next attempt without a failure',
      /as if attempt 1 .* had failed, which it never said/,
      change(takeover, (event) => 'takeover' in event && event.takeover === true, { takeover: false }),
    ],
    [
      'a takeover of an attempt that had failed',
      /began as a takeover, although attempt 1 .* had failed/,
      change(failure, (event) => 'fence' in event && event.fence === 2000, { takeover: true }),
    ],
    ['a takeover against the policy', /which the policy forbids/, [...takeover], { onAbandoned: 'reject' }],
    [
      'a first attempt that takes over',
      /is the first, and began as a takeover/,
      change(takeover, (event) => 'fence' in event && event.fence === 1000, { takeover: true }),
    ],
    [
      'a number that nobody can have made',
      /nobody can have made number 2/,
      change(takeover, (event) => 'attempt' in event && event.attempt === 2, { attempt: 3 }),
    ],
    [
      'a takeover before the lease of an attempt that nobody began could have run out',
      /before the lease of an attempt that nobody began/,
      [
        ...change(takeover, (event) => 'attempt' in event && event.attempt === 2, { attempt: 3 }),
        at(300, '3.1', 'claiming', { owner: 'X' }),
      ],
    ],
  ])('finds %s', (_, message, events, plan) => {
    expect(findings(succession, events, plan)).toContainEqual(expect.stringMatching(message))
  })
})
