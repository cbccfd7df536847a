import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { taggedJson } from '../../src/codec/tagged-json'
import { CodecError } from '../../src/errors'
import { same, storable } from './values'

const { encode, decode } = taggedJson
const roundTrip = (value: unknown): unknown => decode(encode(value))

function refusal(act: () => unknown): CodecError {
  try {
    act()
  } catch (error) {
    expect(error).toBeInstanceOf(CodecError)
    return error as CodecError
  }
  throw new Error('nothing was refused')
}

describe('taggedJson', () => {
  it('brings everything back equal that it takes, and leaves what it was given alone', () => {
    fc.assert(
      fc.property(storable, (value) => {
        // The clone has no objects without a prototype and no Buffers, but all that could be changed.
        const before = structuredClone(value)
        const back = roundTrip(value)
        if (!same(back, value)) expect(back).toStrictEqual(value)
        expect(same(back, value)).toBe(true)
        expect(same(structuredClone(value), before)).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  it('gives text that survives UTF-8, whatever the strings hold', () => {
    fc.assert(
      fc.property(storable, (value) => {
        const text = encode(value)
        expect(new TextDecoder().decode(new TextEncoder().encode(text))).toBe(text)
      }),
      { numRuns: 200 },
    )
  })

  it.each<[what: string, value: unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['-Infinity', Number.NEGATIVE_INFINITY],
    ['-0', -0],
    ['0', 0],
    ['a bigint', -(2n ** 200n)],
    ['a date', new Date(8.64e15)],
    ['an invalid date', new Date(Number.NaN)],
    ['an empty map', new Map()],
    ['a map with objects as keys', new Map([[{ a: 1 }, new Map([[new Date(0), new Set([-0])]])]])],
    ['a set of sets', new Set([new Set(), new Set([Number.NaN, undefined])])],
    ['no bytes', new Uint8Array()],
    ['bytes', Uint8Array.of(0, 127, 128, 255)],
    ['a view on a part of a buffer', new Uint8Array(Uint8Array.of(1, 2, 3, 4, 5).buffer, 1, 3)],
    ['a Buffer', Buffer.from('h\u00e9llo')],
    ['an ArrayBuffer', Uint8Array.of(1, 2, 3).buffer],
    ['undefined as a property', { a: undefined }],
    ['undefined in a list', [undefined, [undefined]]],
    ['an own $', { $: 'Date', v: 5 }],
    ['an own $ that is a date', { $: new Date(0) }],
    ['an own $ inside an own $', { $: { $: { $: 'undefined' } }, a: { $: 'Map', v: [] } }],
    ['an own __proto__', JSON.parse('{"__proto__":{"polluted":true},"a":{"__proto__":null}}')],
    [
      'an own __proto__ that is a date',
      Object.defineProperty({}, '__proto__', { value: new Date(0), enumerable: true }),
    ],
    ['an own __proto__ beside a tag', JSON.parse('{"$":1,"__proto__":{"b":2}}')],
    ['constructor as a property', { constructor: { prototype: { polluted: new Date(0) } } }],
    ['an object without a prototype', Object.assign(Object.create(null), { a: 1, b: { c: undefined } })],
    ['integer-like keys', { 10: 'a', 9: 'b', '-1': 'c', '01': 'd' }],
    ['lone surrogates', ['\ud800', { '\udc00': '\udfff' }]],
    ['text that looks like a tag', '{"$":"Date","v":0}'],
  ])('brings back %s', (_, value) => {
    expect(same(roundTrip(value), value)).toBe(true)
  })

  it('brings a Buffer back as a Buffer, and other bytes as they were', () => {
    expect(roundTrip(Buffer.from('a'))).toBeInstanceOf(Buffer)
    expect(roundTrip(Uint8Array.of(1))).not.toBeInstanceOf(Buffer)
  })

  it('takes a megabyte of bytes', () => {
    const bytes = Uint8Array.from({ length: 2 ** 20 }, (_, at) => at * 31)
    expect(same(roundTrip(bytes), bytes)).toBe(true)
  })

  it('takes what another realm made', () => {
    const made: unknown = runInNewContext(
      '({ a: [1, { b: new Date(5) }], m: new Map([[1, new Set([2])]]), u: Uint8Array.of(1) })',
    )
    expect(roundTrip(made)).toEqual({
      a: [1, { b: new Date(5) }],
      m: new Map([[1, new Set([2])]]),
      u: Uint8Array.of(1),
    })
  })

  it('shares no memory with what it was given', () => {
    const bytes = Uint8Array.of(1, 2, 3)
    const value = { bytes, buffer: bytes.buffer, node: Buffer.from(bytes.buffer), list: [{ a: 1 }] }
    const back = roundTrip(value) as typeof value
    bytes[0] = 9
    ;(value.list[0] as { a: number }).a = 9
    expect(back.bytes[0]).toBe(1)
    expect(back.node[0]).toBe(1)
    expect(new Uint8Array(back.buffer)[0]).toBe(1)
    expect(back.list).toEqual([{ a: 1 }])
  })

  it('gives two decodings of one text that share nothing', () => {
    const text = encode({ bytes: Buffer.from('abc'), map: new Map([[1, { a: 1 }]]) })
    type Value = { bytes: Buffer; map: Map<number, { a: number }> }
    const [one, other] = [decode(text) as Value, decode(text) as Value]
    one.bytes.fill(0)
    ;(one.map.get(1) as { a: number }).a = 2
    expect(other.bytes.toString()).toBe('abc')
    expect(other.map.get(1)).toEqual({ a: 1 })
  })

  it('leaves a frozen value as it is', () => {
    const value = Object.freeze({ when: new Date(5), list: Object.freeze([1n, Object.freeze({ $: 1 })]) })
    expect(roundTrip(value)).toEqual({ when: new Date(5), list: [1n, { $: 1 }] })
    expect(value).toEqual({ when: new Date(5), list: [1n, { $: 1 }] })
  })

  it('takes a part that stands in two places', () => {
    const part = { when: new Date(5) }
    expect(roundTrip([part, part])).toEqual([part, part])
  })

  it('takes a getter for its value', () => {
    const value = {
      get a() {
        return 1
      },
      get when() {
        return new Date(5)
      },
    }
    expect(roundTrip(value)).toEqual({ a: 1, when: new Date(5) })
  })
})

const circularList: unknown[] = []
circularList.push([circularList])
const circularObject: Record<string, unknown> = { a: {} }
circularObject['a'] = { b: circularObject }
const circularMap = new Map<unknown, unknown>()
circularMap.set('self', circularMap)
class Money {
  amount = 1
}
class Dated extends Date {}
class Mapped extends Map {}
class Listed extends Array {}
class Bytes extends Uint8Array {}
const foreignName = { Date: class {}, Object: class extends Money {} }
Object.defineProperty(foreignName.Object, 'name', { value: 'Object' })
const named: unknown = Object.assign([1], { name: 'x' })
const withHoles: unknown[] = [1]
withHoles[2] = 3
const holeAndName: unknown = Object.assign(new Array(1), { name: 'x' })

describe('taggedJson.encode', () => {
  it.each<[what: string, value: unknown, message: string]>([
    ['a function', { a: [() => {}] }, 'a function at .a.0'],
    ['a class', { Money }, 'a function at .Money'],
    ['an own toJSON', { a: { toJSON: () => 1 } }, 'a function at .a.toJSON'],
    ['a symbol', { a: { b: Symbol('s') } }, 'a symbol at .a.b'],
    ['a symbol as a key', { a: { [Symbol('s')]: 1 } }, 'symbols as keys at .a'],
    ['a symbol as a key of a list', { a: Object.assign([], { [Symbol('s')]: 1 }) }, 'symbols as keys at .a'],
    ['an instance of a class', [0, new Money()], 'an instance of Money at .1'],
    ['an instance of a class of Date', { a: new Dated() }, 'an instance of Dated at .a'],
    ['an instance of a class of Map', { a: new Mapped() }, 'an instance of Mapped at .a'],
    ['an instance of a class of Array', { a: Listed.of(1) }, 'an instance of Listed at .a'],
    ['an instance of a class of Uint8Array', { a: Bytes.of(1) }, 'an instance of Bytes at .a'],
    ['an instance of another Date', { a: new foreignName.Date() }, 'an instance of Date at .a'],
    ['an instance of another Object', { a: new foreignName.Object() }, 'an instance of Object at .a'],
    ['an object on a prototype of its own', { a: Object.create({ b: 1 }) }, 'an instance of Object at .a'],
    ['an object on one without', { a: Object.create(Object.create(null)) }, 'an instance of undefined at .a'],
    ['a boxed number', { a: Object(1) }, 'an instance of Number at .a'],
    ['a boxed string', { a: Object('a') }, 'an instance of String at .a'],
    ['a boxed boolean', { a: Object(false) }, 'an instance of Boolean at .a'],
    ['a boxed bigint', { a: Object(1n) }, 'an instance of BigInt at .a'],
    ['a regular expression', new Map([['a', /x/]]), 'an instance of RegExp at .0.1'],
    ['what a regular expression found', { a: /x/.exec('x') }, 'an array with named properties at .a'],
    ['an error', new Set([new TypeError('no')]), 'an instance of TypeError at .0'],
    ['a promise', { a: Promise.resolve() }, 'an instance of Promise at .a'],
    ['a weak map', { a: new WeakMap() }, 'an instance of WeakMap at .a'],
    ['other typed arrays', { a: new Uint16Array(1) }, 'an instance of Uint16Array at .a'],
    ['clamped bytes', { a: new Uint8ClampedArray(1) }, 'an instance of Uint8ClampedArray at .a'],
    ['a DataView', { a: new DataView(new ArrayBuffer(1)) }, 'an instance of DataView at .a'],
    ['shared memory', { a: new SharedArrayBuffer(1) }, 'an instance of SharedArrayBuffer at .a'],
    ['a URL', { a: new URL('http://x') }, 'an instance of URL at .a'],
    ['a list with holes', { a: withHoles }, 'an array with holes at .a'],
    ['a list with names', { a: named }, 'an array with named properties at .a'],
    ['a list with a hole and a name', { a: holeAndName }, 'an array with holes at .a'],
    ['a list in a list in a cycle', circularList, 'a cycle'],
    ['an object in a cycle', circularObject, 'a cycle'],
    ['a map in a cycle', circularMap, 'a cycle'],
  ])('refuses %s, and says where', (_, value, message) => {
    expect(refusal(() => encode(value)).message).toContain(message)
  })

  it('refuses what cannot be read', () => {
    const thrown = new Error('not now')
    const broken = Object.defineProperty({}, 'a', {
      enumerable: true,
      get: () => {
        throw thrown
      },
    })
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    const detached = new ArrayBuffer(1)
    structuredClone(detached, { transfer: [detached] })
    const feigned = [Date, Map, Set].map(({ prototype }) => Object.create(prototype) as unknown)
    expect(refusal(() => encode(broken)).cause).toBe(thrown)
    for (const value of [proxy, detached, ...feigned]) refusal(() => encode({ value }))
  })

  it.each<[what: string, nest: (inner: unknown) => unknown]>([
    ['lists', (inner) => [inner]],
    ['objects', (inner) => ({ inner })],
    ['objects with an own $', (inner) => ({ $: inner })],
    ['objects without a prototype', (inner) => Object.assign(Object.create(null), { inner })],
  ])('takes %s to a depth of 500, and no deeper', (_, nest) => {
    let value: unknown = new Date(5)
    for (let depth = 0; depth < 500; depth++) value = nest(value)
    expect(same(roundTrip(value), value)).toBe(true)
    expect(refusal(() => encode(nest(value))).message).toContain('nested deeper than 500 levels')
  })
})

describe('taggedJson.decode', () => {
  const own = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.json(),
    fc.constantFrom('[', '{', '[]', '{}').chain((piece) => fc.nat(3000).map((times) => piece.repeat(times))),
  )
  const mutated = fc
    .tuple(storable.map(encode), fc.nat(), fc.nat(5), fc.string({ maxLength: 3 }))
    .map(([text, at, removed, put]) => {
      const from = at % (text.length + 1)
      return text.slice(0, from) + put + text.slice(from + removed)
    })
  const wronglyTagged = fc
    .tuple(
      fc.constantFrom(
        'undefined',
        'number',
        'bigint',
        'Date',
        'Map',
        'Set',
        'Uint8Array',
        'ArrayBuffer',
        'Buffer',
      ),
      fc.jsonValue(),
    )
    .map(([$, v]) => JSON.stringify({ $, v }))
  const foreignTag = fc
    .tuple(fc.jsonValue(), fc.jsonValue())
    .map(([$, v]) => JSON.stringify([{ $, v }, { $: { $, v } }]))

  it('answers any text with a value or a CodecError, and never touches a prototype', () => {
    const before = prototypes()
    fc.assert(
      fc.property(fc.oneof(own, mutated, wronglyTagged, foreignTag), (text) => {
        try {
          decode(text)
        } catch (error) {
          expect(error).toBeInstanceOf(CodecError)
        }
      }),
      { numRuns: 2000 },
    )
    expect(prototypes()).toEqual(before)
  })

  it.each([
    '',
    'undefined',
    '{',
    '[1,]',
    '{"$":"nonsense","v":1}',
    '{"$":1}',
    '{"$":"constructor","v":1}',
    '{"$":"__proto__","v":1}',
    '{"$":"toString"}',
    '{"$":"Map","v":5}',
    '{"$":"Map","v":[5]}',
    '{"$":"Set","v":5}',
    '{"$":"bigint","v":"ten"}',
    '{"$":"Uint8Array","v":"!"}',
    '{"$":"ArrayBuffer","v":{}}',
    '{"$":"Buffer","v":[1]}',
    '{"$":"object","v":5}',
    '{"$":"null","v":[1]}',
    '{"$":{"$":"object","v":[["toString",1]]},"v":1}',
    '[{"a":{"$":"nonsense"}}]',
  ])('refuses %s', (text) => {
    refusal(() => decode(text))
  })

  it('refuses what is nested beyond what the engine can follow', () => {
    const depth = 200_000
    refusal(() => decode(`${'{"a":'.repeat(depth)}{"$":"undefined"}${'}'.repeat(depth)}`))
  })

  it.each([undefined, null, 5, {}, Symbol('s')])('refuses %s, which is no text', (text) => {
    refusal(() => decode(text as never))
  })

  it('cannot be made to pollute', () => {
    const texts = [
      '{"__proto__":{"polluted":1}}',
      '{"__proto__":{"$":"object","v":[["polluted",1]]}}',
      '{"$":"object","v":[["__proto__",{"polluted":1}]]}',
      '{"$":"null","v":[["__proto__",{"polluted":1}]]}',
      '{"constructor":{"prototype":{"polluted":{"$":"number","v":"1"}}}}',
    ]
    for (const text of texts) {
      const value = decode(text) as { polluted?: unknown }
      expect(value.polluted).toBeUndefined()
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    }
  })
})

const prototypes = (): string[][] =>
  [Object.prototype, Array.prototype, Map.prototype, Function.prototype].map((prototype) =>
    Reflect.ownKeys(prototype).map(String),
  )
