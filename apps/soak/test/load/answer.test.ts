import { Random } from '@idem/harness'
import { expect, it } from 'vitest'
import { answerFor, answerSize, isAnswerFor } from '../../src/load/answer'

it('is of no other key and of no other size', () => {
  const answer = answerFor('key-1', 500)
  expect(isAnswerFor('key-1', 500, { ...answer })).toBe(true)
  expect(isAnswerFor('key-2', 500, answer)).toBe(false)
  expect(isAnswerFor('key-1', 501, answer)).toBe(false)
  expect(isAnswerFor('key-1', 500, { ...answer, text: answerFor('key-2', 500).text })).toBe(false)
  expect(isAnswerFor('key-1', 500, undefined)).toBe(false)
})

it('has 100 bytes to 64 KB, a third of them below 1 KB', () => {
  const random = new Random('sizes')
  const sizes = Array.from({ length: 3000 }, () => answerSize(random))
  expect(Math.min(...sizes)).toBeGreaterThanOrEqual(100)
  expect(Math.max(...sizes)).toBeLessThanOrEqual(65_536)
  expect(sizes.filter((size) => size < 1000).length / 3000).toBeCloseTo(0.355, 1)
  expect(answerFor('any', 65_536).text).toHaveLength(65_536)
})
