import { describe, expect, it } from 'vitest'
import { median } from '../src/index'

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
