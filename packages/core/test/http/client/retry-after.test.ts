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
