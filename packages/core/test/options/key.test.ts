import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InvalidKeyError } from '../../src/errors'
import { encodeKey, type Key, storedKey } from '../../src/options/key'

/** Short parts of few characters, the separators among them, so that many lists of parts nearly meet. */
const part = fc.oneof(
  fc.string({
    unit: fc.constantFrom('a', ':', ',', '%', '3', 'A', '2', 'C', '5'),
    minLength: 1,
    maxLength: 5,
  }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 5 }).filter((text) => !/[\p{Cc}\p{Cs}]/u.test(text)),
)
const key: fc.Arbitrary<Key> = fc.oneof(part, fc.array(part, { minLength: 1, maxLength: 4 }))
const optional = fc.option(key, { nil: undefined })

const partsOf = (any: Key | undefined): unknown => (typeof any === 'string' ? [any] : any)
const encoded = (any: Key | undefined): string => (any === undefined ? '' : encodeKey('name', any))

describe('encodeKey', () => {
  it('gives two keys the same form only if they have the same parts', () => {
    fc.assert(
      fc.property(key, key, (one, other) => {
        const equal = JSON.stringify(partsOf(one)) === JSON.stringify(partsOf(other))
        expect(encodeKey('key', one) === encodeKey('key', other)).toBe(equal)
      }),
      { numRuns: 5000 },
    )
  })

  it('gives a form from which the parts can be read', () => {
    fc.assert(
      fc.property(key, (any) => {
        const parts = encodeKey('key', any)
          .split(',')
          .map((text) => decodeURIComponent(text.replace(/%(?!25|3A|2C)/g, '%25')))
        expect(parts).toEqual(partsOf(any))
      }),
      { numRuns: 1000 },
    )
  })

  it.each<[one: Key, other: Key]>([
    [
      ['a', 'b:c'],
      ['a:b', 'c'],
    ],
    [['a', 'b'], 'a,b'],
    [['a,b'], ['a', 'b']],
    ['a%2Cb', ['a,b']],
    ['a%3Ab', 'a:b'],
    ['a%253Ab', 'a%3Ab'],
    ['é', 'e\u0301'],
    ['a', 'A'],
    ['a', ' a'],
    ['1', '01'],
  ])('keeps %o and %o apart', (one, other) => {
    expect(encodeKey('key', one)).not.toBe(encodeKey('key', other))
  })

  it('takes a text for a list of one part', () => {
    expect(encodeKey('key', 'a:b')).toBe(encodeKey('key', ['a:b']))
  })

  it.each<[what: string, key: Key]>([
    ['one character', 'a'],
    ['255 characters', 'a'.repeat(255)],
    ['255 reserved characters', ':'.repeat(255)],
    ['parts of 255 characters in all, with what joins them', ['a'.repeat(127), 'b'.repeat(127)]],
    ['emoji', '\u{1f600}'],
    ['blanks', ' a b '],
    ['a line separator, which is no control character', 'a\u2028b'],
    ['names of properties of objects', '__proto__'],
  ])('takes %s', (_, key) => {
    expect(encodeKey('key', key)).toMatch(/^[^:]+$/)
  })

  it.each<[what: string, key: unknown]>([
    ['an empty text', ''],
    ['an empty list', []],
    ['an empty part', ['a', '']],
    ['a list with holes', Object.assign(new Array(2), { 1: 'a' })],
    ['a list of holes', new Array(3)],
    ['256 characters', 'a'.repeat(256)],
    ['parts of 256 characters in all', ['a'.repeat(128), 'b'.repeat(127)]],
    ['a zero', 'a\u0000'],
    ['a line break', 'a\nb'],
    ['a tab', '\t'],
    ['a delete', 'a\u007f'],
    ['a C1 control', '\u0085'],
    ['a lone high surrogate', 'a\ud83d'],
    ['a lone low surrogate', '\ude00a'],
    ['surrogates in two parts', ['\ud83d', '\ude00']],
    ['a control character in a part', ['a', 'b\u0001']],
    ['undefined', undefined],
    ['null', null],
    ['a number', 42],
    ['a bigint', 42n],
    ['a boolean', true],
    ['a symbol', Symbol('key')],
    ['an object', { key: 'a' }],
    ['an object without a prototype', Object.create(null)],
    ['a boxed text', Object('a')],
    ['a function', () => 'a'],
    ['a date', new Date(0)],
    ['a number as a part', ['a', 1]],
    ['a list as a part', ['a', ['b']]],
    ['undefined as a part', ['a', undefined]],
    ['null as a part', [null]],
    ['bytes', Uint8Array.of(97)],
  ])('refuses %s, and says what it was to be', (_, key) => {
    expect(() => encodeKey('scope', key as Key)).toThrow(InvalidKeyError)
    expect(() => encodeKey('scope', key as Key)).toThrow(
      /^scope must be a text, or a list of texts, of 1 to 255/,
    )
  })
})

describe('storedKey', () => {
  it('is the same only for the same name, scope and key', () => {
    const place = fc.tuple(optional, optional, key)
    fc.assert(
      fc.property(place, place, (one, other) => {
        const [first, second] = [one, other].map(([name, scope, key]) =>
          storedKey('idem', encoded(name), scope, key),
        )
        const equal = JSON.stringify(one.map(partsOf)) === JSON.stringify(other.map(partsOf))
        expect(first === second).toBe(equal)
      }),
      { numRuns: 3000 },
    )
  })

  it('does not let a part of one level pass for another level', () => {
    const keys = [
      storedKey('idem', '', undefined, 'a:b'),
      storedKey('idem', '', 'a', 'b'),
      storedKey('idem', 'a', undefined, 'b'),
      storedKey('idem', '', ['a', 'b'], 'c'),
      storedKey('idem', '', 'a', ['b', 'c']),
      storedKey('idem', 'a', 'b', 'c'),
      storedKey('idem', 'a', 'b:c', 'c'),
    ]
    expect(new Set(keys).size).toBe(keys.length)
  })

  it('reads as its levels, a missing one empty', () => {
    expect(storedKey('idem', '', undefined, 'a')).toBe('idem:::a')
    expect(storedKey('shop', 'charge', ['t', '1'], ['o', '2'])).toBe('shop:charge:t,1:o,2')
  })
})
