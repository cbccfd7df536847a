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
