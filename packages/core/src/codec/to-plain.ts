import { CodecError } from '../errors'
import { toBase64 } from './base64'

/** The property that marks a tagged value. */
export const TAG = '$'

/** Deeper than any sane value, and shallow enough for every engine's stack; a cycle ends here too. */
const MAX_DEPTH = 500

const tagged = (tag: string, v: unknown): unknown => ({ [TAG]: tag, v })

/**
 * The text of a value: JSON, with tags where JSON has no word for it. `canonical` sorts properties, map entries and set
 * items, and drops `undefined` properties, so that equal payloads give equal text.
 *
 * @throws CodecError that says where in the value something stands that would not come back equal
 */
export function plainText(value: unknown, canonical: boolean): string {
  try {
    return JSON.stringify(toPlain(value, canonical))
  } catch (cause) {
    throw cause instanceof CodecError
      ? cause
      : new CodecError('cannot be stored: it cannot be read', { cause })
  }
}

/** The value as plain JSON data; parts that are plain already are not copied. */
function toPlain(value: unknown, canonical: boolean, path = '', depth = 0): unknown {
  const type = typeof value
  if (type === 'string' || type === 'boolean' || value === null) return value
  if (typeof value !== 'object') {
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
  if (Object.getOwnPropertySymbols(value).length > 0) refuse('an object with symbols as keys', path)
  const prototype = Object.getPrototypeOf(value) as object | null
  if (prototype === Object.prototype || prototype === null) return record(value, canonical, inner)
  // By name, which all realms share; and by what it is, which a subclass or a class of that name is not.
  const name = String(prototype.constructor?.name)
  if (Array.isArray(value) && name === 'Array') return array(value, inner, path)
  const kind = Object.prototype.toString.call(value).slice(8, -1)
  if (kind === 'Uint8Array' && /^(Uint8Array|Buffer)$/.test(name)) {
    return tagged(name, toBase64(value as Uint8Array))
  }
  switch (kind === name && kind) {
    case 'Object':
      if (Object.getPrototypeOf(prototype) !== null) break
      return record(value, canonical, inner)
    case 'Date':
      return tagged(name, (value as Date).getTime())
    case 'Map':
    case 'Set':
      return tagged(name, items(value as Iterable<unknown>))
    case 'ArrayBuffer':
      return tagged(name, toBase64(new Uint8Array(value as ArrayBuffer)))
  }
  return refuse(`an instance of ${name}`, path)
}

type Inner = (child: unknown, key: string | number) => unknown

function array(items: readonly unknown[], inner: Inner, path: string): unknown {
  if (Object.keys(items).length > items.length) refuse('an array with named properties', path)
  let copy: unknown[] | undefined
  for (let at = 0; at < items.length; at++) {
    if (!(at in items)) refuse('an array with holes', path)
    const plain = inner(items[at], at)
    if (plain !== items[at]) copy ??= items.slice(0, at)
    copy?.push(plain)
  }
  return copy ?? items
}

function record(source: object, canonical: boolean, inner: Inner): unknown {
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
  // Whether an object has a prototype changes nothing of a payload, but of what comes back.
  if (!canonical && Object.getPrototypeOf(source) === null) return tagged('null', entries)
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
