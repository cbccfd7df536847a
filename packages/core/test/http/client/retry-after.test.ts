import fc from 'fast-check'
import { expect, it } from 'vitest'
import { retryAfterMs } from '../../../src/http/client/retry-after'

const now = Date.UTC(2026, 0, 1, 0, 0, 0)

it.each([
  [null, undefined],
  ['0', 0],
  ['12', 12_000],
  ['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
  ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
  ['soon', undefined],
  ['', undefined],
])('reads %j as %s ms', (header, ms) => {
  expect(retryAfterMs(header, now)).toBe(ms)
})

it('reads any date and any number of seconds', () => {
  const date = fc.date({ min: new Date(now), max: new Date('9999-01-01'), noInvalidDate: true })
  fc.assert(
    fc.property(date, fc.nat(), (at, seconds) => {
      expect(retryAfterMs(at.toUTCString(), now)).toBe(Math.floor((at.getTime() - now) / 1000) * 1000)
      expect(retryAfterMs(String(seconds), now)).toBe(seconds * 1000)
    }),
  )
})

it('reads of any header a time that is not before now, or none, whatever its length', () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[-+0-9eE. :,TZGM]*$/))
  fc.assert(
    fc.property(text, fc.constantFrom(1, 20_000), (header, times) => {
      const ms = retryAfterMs(header.repeat(times), now)
      if (ms !== undefined) expect(ms).toBeGreaterThanOrEqual(0)
    }),
    { numRuns: 300 },
  )
})
