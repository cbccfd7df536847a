import { expect, it } from 'vitest'
import { amount, ratio } from '../../src/figures/number-text'

it('writes amounts with as many digits as say something', () => {
  expect([0.0712, 3.456, 12.34, 345.6, 12345.6].map(amount)).toEqual([
    '0.07',
    '3.46',
    '12.3',
    '346',
    '12,346',
  ])
})

it('writes ratios with two decimals, fewer where they are large', () => {
  expect([0.634, 2, 12.34, 123.4].map(ratio)).toEqual(['0.63', '2.00', '12.3', '123'])
})
