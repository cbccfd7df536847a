import { describe, expect, it } from 'vitest'
import { steps } from '../../../src/check/rules/steps'
import { at, change, type Forged, findings, takeover, the } from '../forged-history'

describe('steps', () => {
  it.each<Forged>([
    [
      'a saved step that ran again',
      /attempt 2 .* ran step-1 again, which attempt 1 .* had saved/,
      [...takeover, at(515.5, '1.1', 'step-ran', { fence: 2000, name: 'step-1', value: 'by A' })],
    ],
    [
      'a step that was given another value than was saved',
      /was given "by B" for step-1, not "by A"/,
      change(takeover, the('step-got', { fence: 2000 }), { value: 'by B' }),
    ],
    [
      'a step value that nobody made',
      /was given "by B" for step-1, which nobody made/,
      change(change(takeover, the('step-saved'), undefined), the('step-got', { fence: 2000 }), {
        value: 'by B',
      }),
    ],
  ])('finds %s', (_, message, events, plan) => {
    expect(findings(steps, events, plan)).toContainEqual(expect.stringMatching(message))
  })
})
