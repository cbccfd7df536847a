import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fingerprint } from '../../src/codec/fingerprint'
import { CodecError } from '../../src/errors'
import { same, shuffled, storable } from './values'

describe('fingerprint', () => {
  it('is 24 characters that URLs and headers take as they are', () => {
    expect(fingerprint({ a: 1 })).toMatch(/^[\w-]{24}$/)
  })

  it('stays what it was in earlier versions: records outlive them', () => {
    const payload = {
      b: [1, -0, Number.NaN, 2n, undefined],
      a: {
        when: new Date(0),
        $: new Set(['y', 'x']),
        10: new Map([[{ d: 1, c: 2 }, null]]),
        gone: undefined,
      },
      bytes: Uint8Array.of(1, 2),
    }
    expect(fingerprint(payload)).toBe('lfDd19Q1UoJN_h6Qra408y1N')
  })

  it('is the same for the same payload in any order of properties, map entries and set items', () => {
    fc.assert(
      fc.property(storable, (payload) => {
        expect(fingerprint(shuffled(payload))).toBe(fingerprint(payload))
      }),
      { numRuns: 500 },
    )
  })

  it('differs where payloads differ', () => {
    // Equal but for order, prototypes and missing properties is equal here; all else must show.
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        const equal =
          JSON.stringify(sorted(one)) === JSON.stringify(sorted(other)) &&
          zeros(sorted(one)) === zeros(sorted(other))
        expect(fingerprint(one) === fingerprint(other)).toBe(equal)
      }),
      { numRuns: 1000 },
    )
  })

  it('differs when one leaf anywhere changes', () => {
    fc.assert(
      fc.property(storable, fc.string(), (payload, text) => {
        for (const wrap of [nothing, inList, inObject, inMap, inSet]) {
          if (same(payload, text)) continue
          expect(fingerprint(wrap(payload))).not.toBe(fingerprint(wrap(text)))
        }
      }),
      { numRuns: 300 },
    )
  })

  it.each<[what: string, one: unknown, other: unknown]>([
    ['properties in another order', { a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 }],
    ['integer-like keys in another order', { 10: 1, 9: 2, a: 3 }, { a: 3, 9: 2, 10: 1 }],
    ['unicode keys in another order', { é: 1, e: 2, '\u{1f600}': 3 }, { '\u{1f600}': 3, e: 2, é: 1 }],
    ['map entries in another order', new Map([['a', 1], ['b', 2]]), new Map([['b', 2], ['a', 1]])], // biome-ignore format: a pair a line says less
    ['set items in another order', new Set([1, '1', 1n]), new Set([1n, 1, '1'])],
    ['objects in sets in another order', new Set([{ a: 1, b: 2 }, 3]), new Set([3, { b: 2, a: 1 }])],
    ['an undefined property and a missing one', { a: 1, b: undefined }, { a: 1 }],
    ['an undefined property below, and a missing one', [{ a: { b: undefined } }], [{ a: {} }]],
    ['an object with and without a prototype', { a: 1 }, Object.assign(Object.create(null), { a: 1 })],
    ['equal dates', new Date(5), new Date(5)],
    ['a frozen payload and its copy', Object.freeze({ a: Object.freeze([1]) }), { a: [1] }],
  ])('is the same for %s', (_, one, other) => {
    expect(fingerprint(one)).toBe(fingerprint(other))
  })

  it('differs among values that look alike', () => {
    const alike: unknown[] = [
      1,
      '1',
      1n,
      true,
      'true',
      [1],
      ['1'],
      [[1]],
      { 0: 1 },
      { a: 1 },
      { a: '1' },
      { a: 1n },
      new Map([['a', 1]]),
      new Set([1]),
      new Set(['a', 1]),
      null,
      undefined,
      'null',
      'undefined',
      '',
      [],
      {},
      new Map(),
      new Set(),
      [undefined],
      [null],
      [undefined, undefined],
      { a: null },
      0,
      -0,
      Number.NaN,
      'NaN',
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      new Date(0),
      new Date(0).toISOString(),
      new Date(1),
      new Date(Number.NaN),
      Uint8Array.of(1),
      Uint8Array.of(1).buffer,
      Buffer.of(1),
      'AQ==',
      { $: 'Date', v: 0 },
      { $: 'Map', v: [] },
      { $: 'undefined', v: 'undefined' },
      { $: 'object', v: [] },
      '\ud800',
      '\udfff',
      '\ufffd',
      'é',
      'e\u0301',
      { a: 1, b: 2 },
      { a: 2, b: 1 },
      { ab: 1 },
      { a: { b: 1 } },
    ]
    expect(new Set(alike.map(fingerprint)).size).toBe(alike.length)
  })

  it.each([[{ a: () => {} }], [[Symbol('s')]], [new Error('no')], [new AbortController().signal]])(
    'refuses a payload that has no text: %o',
    (payload) => {
      expect(() => fingerprint(payload)).toThrow(CodecError)
    },
  )

  it('leaves the payload as it was', () => {
    const payload = { b: 1, a: [new Set([2, 1])], c: undefined }
    fingerprint(payload)
    expect(Object.keys(payload)).toEqual(['b', 'a', 'c'])
    expect(payload.a).toEqual([new Set([2, 1])])
  })
})

const nothing = (value: unknown): unknown => value
const inList = (value: unknown): unknown => [0, value]
const inObject = (value: unknown): unknown => ({ a: { b: [value] } })
const inMap = (value: unknown): unknown => new Map([[value, value]])
const inSet = (value: unknown): unknown => new Set([[value]])

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.entries(value)
    .map(([name, item]) => [name, sorted(item)])
    .sort(([one], [other]) => (String(one) < String(other) ? -1 : 1))
    .concat(['object'])
}

/** Where the negative zeros are: JSON has none. */
const zeros = (value: unknown): string =>
  JSON.stringify(value, (_, item) => (Object.is(item, -0) ? '-0' : item))
