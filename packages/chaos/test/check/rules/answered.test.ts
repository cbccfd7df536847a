import { describe, expect, it } from 'vitest'
import { answered } from '../../../src/check/rules/answered'
import { at, change, type Forged, findings, storeError, takeover, the } from '../forged-history'

describe('answered', () => {
  it.each<Forged>([
    [
      'a call that a living process never answered',
      /call 0\.2\/7\/1 was never answered/,
      [...takeover, at(650, '0.2', 'called', { call: '0.2/7/1', duplicate: 7 })],
    ],
    [
      'a key that is stuck when all is over',
      /the call after all faults got StoreError: no answer/,
      [
        ...change(takeover, the('answered', { life: 'auditor' }), undefined),
        at(905, 'auditor', 'refused', { call: 'auditor/-1/1', duplicate: -1, error: storeError }),
      ],
    ],
    [
      'a key that nobody looked at in the end',
      /the call after all faults got nothing/,
      takeover.filter(({ life }) => life !== 'auditor'),
    ],
    [
      'a caller that never got an answer',
      /caller 0 called in vain/,
      change(takeover, the('answered', { life: '0.2' }), undefined),
    ],
  ])('finds %s', (_, message, events, plan) => {
    expect(findings(answered, events, plan)).toContainEqual(expect.stringMatching(message))
  })
})
