import { describe, expect, it } from 'vitest'
import { recorded } from '../../../src/check/rules/recorded'
import { change, type Forged, findings, takeover, the } from '../forged-history'

describe('recorded', () => {
  it.each<Forged>([
    [
      'a record that has lost its answer',
      /callers got "attempt 2", but the record is missing/,
      change(takeover, the('recorded'), { state: 'missing', value: undefined, fence: undefined }),
    ],
    [
      'a record with another answer than callers saw',
      /but the record is succeeded with "attempt 1"/,
      change(takeover, the('recorded'), { value: 'attempt 1' }),
    ],
    [
      'an end that the store had taken and has no more',
      /took the succeeded end of attempt 2 .*, but the record is running/,
      change(
        change(takeover, the('recorded'), { state: 'running', value: undefined }),
        the('answered'),
        undefined,
      ),
    ],
    [
      'an attempt that the store has forgotten',
      /the record has fence 1000, although attempt 2 .* was granted/,
      change(takeover, the('recorded'), { fence: 1000 }),
    ],
  ])('finds %s', (_, message, events, plan) => {
    expect(findings(recorded, events, plan)).toContainEqual(expect.stringMatching(message))
  })
})
