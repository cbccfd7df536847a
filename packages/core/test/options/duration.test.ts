import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Duration, milliseconds } from '../../src/options/duration'
import { wholeNumber } from '../../src/options/whole-number'

describe('milliseconds', () => {
  it.each<[duration: Duration, ms: number]>([
    [1, 1],
    [250, 250],
    [1.2, 2],
    ['1ms', 1],
    ['250ms', 250],
    ['1.5ms', 2],
    ['30s', 30_000],
    ['0.5s', 500],
    ['5m', 300_000],
    ['24h', 86_400_000],
    ['30d', 2_592_000_000],
    ['007s', 7000],
    [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    ['104249991d', 9_007_199_222_400_000],
  ])('reads %o as %d', (duration, ms) => {
    expect(milliseconds('lease', duration)).toBe(ms)
  })

  it('reads any whole number of any unit', () => {
    const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100_000 }),
        fc.constantFrom(...Object.keys(units)),
        (amount, unit) => {
          const ms = amount * (units[unit as keyof typeof units] as number)
          expect(milliseconds('lease', `${amount}${unit}` as Duration)).toBe(ms)
        },
      ),
    )
  })

  it.each([
    0,
    -1,
    0.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.MAX_SAFE_INTEGER + 1,
    '',
    '5',
    'ms',
    '0s',
    '0.1ms',
    '-5s',
    '+5s',
    '5 s',
    ' 5s',
    '5s ',
    '5s\n',
    '5S',
    '5sec',
    '5s5m',
    '1e3ms',
    '0x10s',
    '.5s',
    '5.s',
    '1,5s',
    '٥s',
    'Infinity',
    'Infinityms',
    'NaNs',
    '104249992d',
    null,
    undefined,
    true,
    5n,
    {},
    [],
    ['5s'],
    Object(5),
    Object('5s'),
    Object.create(null),
    new Date(5),
    () => 5,
    Symbol('5s'),
  ])('refuses %o, and names the option', (duration) => {
    expect(() => milliseconds('lease', duration as Duration)).toThrow(TypeError)
    expect(() => milliseconds('lease', duration as Duration)).toThrow(
      /^lease must be a duration of at least 1 ms/,
    )
  })

  it('refuses any text that is none, whatever it is', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        if (/^\d+(\.\d+)?(ms|s|m|h|d)$/.test(text)) return
        expect(() => milliseconds('lease', text as Duration)).toThrow(TypeError)
      }),
    )
  })

  it('takes the least that is allowed, and no less', () => {
    expect(milliseconds('wait', 0, { min: 0 })).toBe(0)
    expect(milliseconds('wait', '0s', { min: 0 })).toBe(0)
    expect(() => milliseconds('wait', -1, { min: 0 })).toThrow('at least 0 ms')
    expect(() => milliseconds('ttl', 9, { min: 10 })).toThrow('at least 10 ms')
  })

  it('takes Infinity where it is allowed, as a number and not as text', () => {
    const bounds = { unlimited: true }
    expect(milliseconds('wait', Number.POSITIVE_INFINITY, bounds)).toBe(Number.POSITIVE_INFINITY)
    for (const wrong of ['Infinity', Number.NEGATIVE_INFINITY, Number.NaN, `${'9'.repeat(400)}d`]) {
      expect(() => milliseconds('wait', wrong as Duration, bounds)).toThrow(/, or Infinity; got /)
    }
  })

  it('shows what it got, and not all of it', () => {
    expect(() => milliseconds('lease', 'x'.repeat(10_000) as Duration)).toThrow(/got "x{40}"$/)
  })
})

describe('wholeNumber', () => {
  it.each([1, 2, 100_000, Number.MAX_SAFE_INTEGER])('takes %d', (count) => {
    expect(wholeNumber('max', count)).toBe(count)
  })

  it.each([
    0,
    -1,
    1.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    2 ** 53,
    '1',
    null,
    undefined,
    1n,
    {},
    [1],
    true,
  ])('refuses %o, and names the option', (count) => {
    expect(() => wholeNumber('max', count as number)).toThrow(TypeError)
    expect(() => wholeNumber('max', count as number)).toThrow(/^max must be a whole number from 1 up; got /)
  })

  it('takes Infinity where it is allowed, and nothing else that is none', () => {
    expect(wholeNumber('max', Number.POSITIVE_INFINITY, true)).toBe(Number.POSITIVE_INFINITY)
    for (const wrong of [Number.NEGATIVE_INFINITY, Number.NaN, 'Infinity']) {
      expect(() => wholeNumber('max', wrong as number, true)).toThrow(/, or Infinity; got /)
    }
  })
})
