import { expect, it } from 'vitest'
import { Random } from '../src/random'

const drawn = (...seed: (string | number)[]) => {
  const random = new Random(...seed)
  return Array.from({ length: 1000 }, () => random.next())
}

it('is the same for the same seed, and another for any other', () => {
  expect(drawn('a', 1)).toEqual(drawn('a', 1))
  expect(drawn('a', 1)).not.toEqual(drawn('a', 2))
  expect(drawn('a', 11)).not.toEqual(drawn('a1', 1))
})

it('lies evenly between 0 and 1', () => {
  const all = drawn('even')
  expect(all.every((each) => each >= 0 && each < 1)).toBe(true)
  expect(all.reduce((sum, each) => sum + each) / 1000).toBeCloseTo(0.5, 1)
})

it('picks whole numbers from both ends, and one of several', () => {
  const random = new Random('ends')
  const wholes = new Set(Array.from({ length: 200 }, () => random.whole(1, 3)))
  expect([...wholes].sort()).toEqual([1, 2, 3])
  expect(random.pick([])).toBeUndefined()
  expect(['x', 'y']).toContain(random.pick(['x', 'y']))
})
