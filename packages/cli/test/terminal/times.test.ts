import { expect, it } from 'vitest'
import { localAndIso, shortDuration } from '../../src/terminal/times'

it.each([
  [-5, '0ms'],
  [0, '0ms'],
  [999, '999ms'],
  [999.9, '1s'],
  [1_000, '1s'],
  [61_000, '1m1s'],
  [3_600_000, '1h'],
  [3_661_000, '1h1m'],
  [90_000_000, '1d1h'],
  [86_400_000 * 400, '400d'],
])('%d ms are %s', (ms, text) => {
  expect(shortDuration(ms)).toBe(text)
})

it('a moment is told as it is here, and as it is everywhere', () => {
  const ms = Date.UTC(2026, 0, 2, 3, 4, 5)
  const told = localAndIso(ms)
  const [, day, time, zone] = /^(\S+) (\S+) (\S+) {2}\(2026-01-02T03:04:05.000Z\)$/.exec(told) ?? []
  expect(Date.parse(`${day}T${time}${zone}`)).toBe(ms)
})
