import { describe, expect, it } from 'vitest'
import { median, ratios, spread } from '../../src/figures/statistics'

describe('median', () => {
  it('is the one in the middle, whatever the order', () => {
    expect(median([9, 1, 5])).toBe(5)
    expect(median([100, 20, 3, 11, 2])).toBe(11)
  })

  it('is half way between the two in the middle of an even number', () => {
    expect(median([4, 1, 3, 10])).toBe(3.5)
  })

  it('leaves the figures in their order', () => {
    const figures = [3, 1, 2]
    median(figures)
    expect(figures).toEqual([3, 1, 2])
  })

  it('does not exist of nothing', () => {
    expect(() => median([])).toThrow(RangeError)
  })
})

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
