import { describe, expect, it } from 'vitest'
import { ratios, spread } from '../../src/figures/statistics'

describe('spread', () => {
  it('says the median, the least and the greatest', () => {
    expect(spread([7, 2, 30])).toEqual({ median: 7, min: 2, max: 30 })
  })
})

describe('ratios', () => {
  it('compares within each round', () => {
    // Twice as fast in every round, although the machine was slow in the second.
    expect(ratios([200, 20, 180], [100, 10, 90])).toEqual([2, 2, 2])
  })

  it('refuses rounds without a floor', () => {
    expect(() => ratios([1, 2], [1])).toThrow(RangeError)
  })
})
