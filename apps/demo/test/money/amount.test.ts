import { expect, test } from 'vitest'
import { formatAmount, MAX_AMOUNT, parseAmount } from '../../src/money/amount'

test.each([
  ['1', 100n],
  ['1.5', 150n],
  ['1.50', 150n],
  ['0.01', 1n],
  ['100.50', 10050n],
  ['1000000000000', MAX_AMOUNT],
  ['999999999999.99', MAX_AMOUNT - 1n],
])('%s is %d hundredths', (text, cents) => {
  expect(parseAmount(text)).toBe(cents)
})

test.each([
  '0',
  '0.00',
  '-1',
  '1e3',
  '1,5',
  '.5',
  '1.',
  '01',
  '0.001',
  '1.500',
  '+1',
  ' 1',
  '1 ',
  '1\n',
  '',
  'NaN',
])('%j is no amount', (text) => {
  expect(parseAmount(text)).toBeUndefined()
})

test.each(['Infinity', '0x1', '1_000', '٣', '1000000000000.01', '10000000000000', '9'.repeat(400)])(
  '%s is no amount either',
  (text) => {
    expect(parseAmount(text)).toBeUndefined()
  },
)

test('an amount has one text, which is read as the same amount', () => {
  for (const cents of [1n, 9n, 10n, 99n, 100n, 101n, 10_050n, MAX_AMOUNT]) {
    expect(formatAmount(cents)).toMatch(/^\d+\.\d\d$/)
    expect(parseAmount(formatAmount(cents))).toBe(cents)
  }
})

test('ten times 0.10 is 1.00', () => {
  const sum = Array.from({ length: 10 }, () => parseAmount('0.10') ?? 0n).reduce((a, b) => a + b)
  expect(formatAmount(sum)).toBe('1.00')
})
