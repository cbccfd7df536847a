import { CodecError } from '../errors'
import { toBase64 } from './base64'

/** The property that marks a tagged value. */
export const TAG = '$'

/** Deeper than any sane value, and shallow enough for every engine's stack; a cycle ends here too. */
const MAX_DEPTH = 500

const tagged = (tag: string, v: unknown): unknown => ({ [TAG]: tag, v })

/**
 * The value as plain JSON data, tagged where JSON has no word for it; parts that are plain already are not copied.
 * `canonical` sorts properties, map entries and set items, and drops `undefined` properties, so that equal payloads
 * give equal text.
 *
 * @throws CodecError that says where in the value something stands that would not come back equal
 */
export function toPlain(value: unknown, canonical: boolean, path = '', depth = 0): unknown {
  const type = typeof value
  if (type === 'string' || type === 'boolean' || value === null) return value
  if (type !== 'object') {
    const isZero = Object.is(value, -0)
    if (Number.isFinite(value) && !isZero) return value
    if (type === 'function' || type === 'symbol') refuse(`a ${type}`, path)
    return tagged(type, isZero ? '-0' : String(value))
  }
  if (depth > MAX_DEPTH) refuse(`nested deeper than ${MAX_DEPTH} levels, or a cycle`, '')

  const inner = (child: unknown, key: string | number) =>
    toPlain(child, canonical, `${path}.${key}`, depth + 1)
  const items = (values: Iterable<unknown>): unknown[] => {
    const plain = Array.from(values, inner)
    return canonical ? sorted(plain) : plain
  }
  if (Array.isArray(value)) return array(value, inner, path)
  const prototype = Object.getPrototypeOf(value) as object | null
  if (prototype === Object.prototype || prototype === null)
    return record(value as object, canonical, inner, path)
  if (value instanceof Date) return tagged('Date', value.getTime())
  if (value instanceof Map) return tagged('Map', items(value))
  if (value instanceof Set) return tagged('Set', items(value))
  if (value instanceof ArrayBuffer) return tagged('ArrayBuffer', toBase64(new Uint8Array(value)))
  const { name } = prototype.constructor
  if (value instanceof Uint8Array && /^(Uint8Array|Buffer)$/.test(name)) return tagged(name, toBase64(value))
  return refuse(`an instance of ${name}`, path)
}

type Inner = (child: unknown, key: string | number) => unknown

function array(items: readonly unknown[], inner: Inner, path: string): unknown {
  let copy: unknown[] | undefined
  for (let at = 0; at < items.length; at++) {
    if (!(at in items)) refuse('an array with holes', path)
    const plain = inner(items[at], at)
    if (plain !== items[at]) copy ??= items.slice(0, at)
    copy?.push(plain)
  }
  return copy ?? items
}

function record(source: object, canonical: boolean, inner: Inner, path: string): unknown {
  if (Object.getOwnPropertySymbols(source).length > 0) refuse('an object with symbols as keys', path)
  const keys = Object.keys(source)
  if (canonical) keys.sort()
  const entries: [string, unknown][] = []
  let changed = canonical
  for (const key of keys) {
    const child = (source as Record<string, unknown>)[key]
    if (child === undefined && canonical) continue
    const plain = typeof child === 'string' ? child : inner(child, key)
    changed ||= plain !== child
    entries.push([key, plain])
  }
  if (Object.hasOwn(source, TAG)) return tagged('object', entries)
  return changed ? Object.fromEntries(entries) : source
}

function sorted(items: unknown[]): unknown[] {
  return items
    .map((item) => [JSON.stringify(item), item] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, item]) => item)
}

function refuse(what: string, path: string): never {
  throw new CodecError(
    `cannot be stored: ${what}${path && ` at ${path}`}. Plain objects, arrays, primitives, undefined, bigint, Date, ` +
      'Map, Set, Uint8Array and ArrayBuffer can; for others, give a codec',
  )
}
