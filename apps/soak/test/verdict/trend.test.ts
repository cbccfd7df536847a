import { describe, expect, it } from 'vitest'
import { trendOf } from '../../src/verdict/trend'

const points = (values: readonly number[]) => values.map((value, index) => ({ atMs: index * 1000, value }))

describe('a trend', () => {
  it('is nothing where nothing changes', () => {
    expect(trendOf(points([5, 5, 5, 5]))).toEqual({ median: 5, growth: 0, rising: 0 })
  })

  it('is the whole of the growth where it is even', () => {
    expect(trendOf(points([10, 12, 14, 16, 18]))).toEqual({ median: 14, growth: 8, rising: 1 })
  })

  it('is not moved by a point that lies far from all others', () => {
    const { growth } = trendOf(points([10, 10, 10, 9999, 10, 10, 10, 10, 10]))
    expect(growth).toBe(0)
  })

  it('falls where the values fall', () => {
    const { growth, rising } = trendOf(points([9, 6, 3]))
    expect(growth).toBe(-6)
    expect(rising).toBe(-1)
  })

  it('is nothing of a single point, or of none', () => {
    expect(trendOf(points([7]))).toEqual({ median: 7, growth: 0, rising: 0 })
    expect(trendOf([])).toEqual({ median: 0, growth: 0, rising: 0 })
  })
})
