import fc from 'fast-check'
import { expect, it } from 'vitest'
import { preferredWait } from '../../src/http/prefer'

it.each([
  [undefined, 0],
  ['', 0],
  ['wait=10', 10],
  ['respond-async, wait = "5"; x', 5],
  ['Wait=7', 7],
  ['wait=0', 0],
  ['wait=5, respond-async', 5],
  ['wait=3, wait=7', 3],
  [`wait=${'9'.repeat(400)}`, Number.POSITIVE_INFINITY],
  ['wait', 0],
  ['await=9', 0],
  ['wait=x', 0],
  ['wait=-1', 0],
  ['wait=1.5', 0],
])('reads of %j that the client waits %d s', (header, seconds) => {
  expect(preferredWait(header)).toBe(seconds)
})

it('reads a wait wherever it stands, whatever else is asked for', () => {
  const other = fc.stringMatching(/^[a-v]{1,5}(="[a-z ;]{0,5}")?$/)
  fc.assert(
    fc.property(fc.array(other), fc.array(other), fc.nat(), (before, after, seconds) => {
      expect(preferredWait([...before, `wait=${seconds}`, ...after].join(', '))).toBe(seconds)
    }),
  )
})

it('reads of any header a time that is none or some, and never fails', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[wait=,;" 0-9]*$/)), (header) => {
      expect(preferredWait(header)).toBeGreaterThanOrEqual(0)
    }),
    { numRuns: 1000 },
  )
})

it('reads a header of any length in no time', () => {
  const before = performance.now()
  for (const part of [' ', ',', ', ', 'wait', 'wait ', 'wait=', 'wait="', '1', ',wait=1 x', ',wait=1"']) {
    for (const start of ['', 'wait', 'wait=', 'wait=1', ',']) {
      preferredWait(`${start + part.repeat(100_000 / part.length)}x`)
    }
  }
  expect(performance.now() - before).toBeLessThan(2_000)
})
