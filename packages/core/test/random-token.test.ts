import { afterEach, expect, test, vi } from 'vitest'
import { randomToken } from '../src/random-token'
import { systemRuntime } from '../src/runtime'

/** More than the pool holds, so that it is filled several times. */
const MANY = 10_000

const tokens = (count: number): string[] => Array.from({ length: count }, randomToken)

afterEach(() => {
  vi.restoreAllMocks()
})

test('a token is 16 characters of base64url', () => {
  for (const token of tokens(MANY)) expect(token).toMatch(/^[A-Za-z0-9_-]{16}$/)
})

test('no token comes twice', () => {
  expect(new Set(tokens(MANY)).size).toBe(MANY)
})

test('every character of the alphabet is as likely as any other, at every place', () => {
  const places = Array.from({ length: 16 }, () => new Map<string, number>())
  for (const token of tokens(64 * 400)) {
    for (const [place, character] of [...token].entries()) {
      const seen = places[place] as Map<string, number>
      seen.set(character, (seen.get(character) ?? 0) + 1)
    }
  }
  for (const seen of places) {
    expect(seen.size).toBe(64)
    // 400 are expected; eight standard deviations either way come once in far more runs than there will be.
    for (const count of seen.values()) expect(Math.abs(count - 400)).toBeLessThan(160)
  }
})

test("all of its randomness is the platform's cryptographic one, fetched for many tokens at a time", () => {
  const getRandomValues = vi.spyOn(crypto, 'getRandomValues')
  const math = vi.spyOn(Math, 'random')
  tokens(512)
  expect(getRandomValues).toHaveBeenCalledTimes(2)
  expect(math).not.toHaveBeenCalled()
})

test("is what attempts are owned by, unless a runtime of one's own is given", () => {
  expect(systemRuntime.token()).toHaveLength(16)
})
