import fc, { type Arbitrary } from 'fast-check'

const awkwardText = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('\ud800', 'a\udfffb', '"$"', '$', '\u0000', '\u2028', 'e\u0301', '\u00e9'),
)

/** Names that mean something to engines, to JSON or to the codec itself. */
const propertyName = fc.oneof(
  awkwardText,
  fc.constantFrom(
    '__proto__',
    'constructor',
    'prototype',
    'hasOwnProperty',
    '$',
    'v',
    '0',
    '10',
    '9',
    '-0',
    '',
  ),
)

const bytes = fc.uint8Array({ maxLength: 50 })

const leaf: Arbitrary<unknown> = fc.oneof(
  awkwardText,
  fc.boolean(),
  fc.double(),
  fc.integer(),
  fc.constantFrom(undefined, null, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0),
  fc.bigInt(),
  fc.date({ noInvalidDate: true }),
  fc.constant(new Date(Number.NaN)),
  bytes,
  bytes.map((all) => Buffer.from(all)),
  bytes.map((all) => Buffer.from(all).buffer.slice(0, 3)),
  bytes.map((all) => all.slice().buffer),
)

/** An object that really has these properties: `{ __proto__: … }` as a literal would have a prototype instead. */
function objectOf(prototype: object | null, entries: readonly (readonly [string, unknown])[]): object {
  const object = Object.create(prototype) as object
  for (const [name, value] of entries) {
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true })
  }
  return object
}

const { value } = fc.letrec<{ value: unknown }>((tie) => {
  const inner = tie('value')
  const list = fc.array(inner, { maxLength: 5 })
  const pairs = fc.array(fc.tuple(inner, inner), { maxLength: 4 })
  const entries = fc.uniqueArray(fc.tuple(propertyName, inner), { maxLength: 5, selector: ([name]) => name })
  const taggedLike = fc.tuple(
    fc.constantFrom('Map', 'Date', 'object', 'null', 'undefined', 'nonsense'),
    inner,
  )
  return {
    value: fc.oneof(
      { depthSize: 'medium', withCrossShrink: true },
      leaf,
      list,
      entries.map((all) => objectOf(Object.prototype, all)),
      entries.map((all) => objectOf(null, all)),
      taggedLike.map(([tag, v]) => ({ $: tag, v })),
      pairs.map((all) => new Map(all)),
      list.map((all) => new Set(all)),
    ),
  }
})

/** Every kind of value that can be stored, nested in every way. */
export const storable: Arbitrary<unknown> = value

/** The same value with everything in another order that says nothing: properties, map entries, set items. */
export function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled)
  if (value instanceof Map) {
    return new Map([...value].reverse().map(([key, item]) => [shuffled(key), shuffled(item)]))
  }
  if (value instanceof Set) return new Set([...value].reverse().map(shuffled))
  if (typeof value !== 'object' || value === null || !isRecord(value)) return value
  const entries = Object.entries(value).reverse()
  return objectOf(
    Object.getPrototypeOf(value) as object | null,
    entries.map(([name, item]) => [name, shuffled(item)]),
  )
}

const isRecord = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

/** Whether nobody can tell two values apart but by their identity; stricter than Node, which orders no map or set. */
export function same(one: unknown, other: unknown): boolean {
  if (typeof one !== 'object' || one === null || typeof other !== 'object' || other === null) {
    return Object.is(one, other)
  }
  if (Object.getPrototypeOf(one) !== Object.getPrototypeOf(other)) return false
  const [parts, others] = [partsOf(one), partsOf(other)]
  return parts.length === others.length && parts.every((part, at) => same(part, others[at]))
}

function partsOf(value: object): unknown[] {
  if (value instanceof Date) return [value.getTime()]
  if (value instanceof ArrayBuffer) return [...new Uint8Array(value)]
  if (value instanceof Map) return [...value].flat()
  if (value instanceof Set || value instanceof Uint8Array) return [...value]
  return Object.entries(value).flat()
}
