import { expect, test } from 'vitest'
import { preferredWait } from '../../src/http/prefer'

test.each([
  [undefined, 0],
  ['', 0],
  ['wait=5', 5],
  ['wait=0', 0],
  ['WAIT = 5', 5],
  ['wait="5"', 5],
  ['respond-async, wait=5', 5],
  ['wait=5, respond-async', 5],
  ['wait=5; foo', 5],
  ['wait=3, wait=7', 3],
  ['wait=30', 30],
  ['wait=31', 30],
  [`wait=${'9'.repeat(400)}`, 30],
  ['wait', 0],
  ['wait=-1', 0],
  ['wait=1.5', 0],
  ['wait=soon', 0],
  ['await=5', 0],
])('Prefer: %s waits %d seconds', (header, seconds) => {
  expect(preferredWait(header)).toBe(seconds)
})
