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
    return JSON.stringify(new Plain(canonical).of(value))
  } catch (cause) {
    throw cause instanceof CodecError
      ? cause
      : new CodecError('cannot be stored: it cannot be read', { cause })
  }
}

/** Makes plain JSON data of values; parts that are plain already are not copied. */
class Plain {
  readonly #canonical: boolean
  /** Where in the value it is. */
  readonly #path: (string | number)[] = []

  constructor(canonical: boolean) {
    this.#canonical = canonical
  }

  of(value: unknown): unknown {
    const type = typeof value
    if (type === 'string' || type === 'boolean' || value === null) return value
    if (typeof value === 'object') return this.#object(value)
    const isZero = Object.is(value, -0)
    if (Number.isFinite(value) && !isZero) return value
    if (type === 'function' || type === 'symbol') this.#refuse(`a ${type}`)
    return tagged(type, isZero ? '-0' : String(value))
  }

  #object(value: object): unknown {
    if (this.#path.length > MAX_DEPTH) {
      this.#path.length = 0
      this.#refuse(`nested deeper than ${MAX_DEPTH} levels, or a cycle`)
    }
    if (Object.getOwnPropertySymbols(value).length > 0) this.#refuse('an object with symbols as keys')
    const prototype = Object.getPrototypeOf(value) as object | null
    if (prototype === Object.prototype || prototype === null) return this.#record(value, prototype)
    // By name, which all realms share; and by what it is, which a subclass or a class of that name is not.
    const name = String(prototype.constructor?.name)
    if (Array.isArray(value) && name === 'Array') return this.#array(value)
    const kind = Object.prototype.toString.call(value).slice(8, -1)
    if (kind === 'Uint8Array' && /^(Uint8Array|Buffer)$/.test(name)) {
      return tagged(name, toBase64(value as Uint8Array))
    }
    switch (kind === name && kind) {
      case 'Object':
        if (Object.getPrototypeOf(prototype) !== null) break
        return this.#record(value, prototype)
      case 'Date':
        return tagged(name, (value as Date).getTime())
      case 'Map':
      case 'Set':
        return tagged(name, this.#items(value as Iterable<unknown>))
      case 'ArrayBuffer':
        return tagged(name, toBase64(new Uint8Array(value as ArrayBuffer)))
    }
    return this.#refuse(`an instance of ${name}`)
  }

  #inner(child: unknown, key: string | number): unknown {
    this.#path.push(key)
    const plain = this.of(child)
    this.#path.pop()
    return plain
  }

  #items(values: Iterable<unknown>): unknown[] {
    const plain = Array.from(values, (item, at) => this.#inner(item, at))
    return this.#canonical ? sorted(plain) : plain
  }

  #array(items: readonly unknown[]): unknown {
    if (Object.keys(items).length > items.length) this.#refuse('an array with named properties')
    let copy: unknown[] | undefined
    for (let at = 0; at < items.length; at++) {
      if (!(at in items)) this.#refuse('an array with holes')
      const plain = this.#inner(items[at], at)
      if (plain !== items[at]) copy ??= items.slice(0, at)
      copy?.push(plain)
    }
    return copy ?? items
  }

  #record(source: object, prototype: object | null): unknown {
    const record = source as Record<string, unknown>
    const canonical = this.#canonical
    const keys = Object.keys(source)
    if (canonical) keys.sort()
    // Whether an object has a prototype changes nothing of a payload, but of what comes back.
    const tag = !canonical && prototype === null ? 'null' : Object.hasOwn(source, TAG) ? 'object' : undefined
    let entries: unknown[] | undefined = canonical || tag !== undefined ? [] : undefined
    for (let at = 0; at < keys.length; at++) {
      const key = keys[at] as string
      const child = record[key]
      if (child === undefined && canonical) continue
      const plain = typeof child === 'string' ? child : this.#inner(child, key)
      if (plain !== child) entries ??= keys.slice(0, at).map((before) => [before, record[before]])
      if (canonical) entries?.push(key, plain)
      else entries?.push([key, plain])
    }
    // A list in which keys and values take turns, and that no value looks like: to make a sorted object, and text of it,
    // takes longer than all else.
    if (canonical) return { [TAG]: entries }
    if (tag !== undefined) return tagged(tag, entries)
    return entries ? Object.fromEntries(entries as [string, unknown][]) : source
  }

  #refuse(what: string): never {
    const path = this.#path.map((key) => `.${key}`).join('')
    throw new CodecError(
      `cannot be stored: ${what}${path && ` at ${path}`}. Plain objects, arrays, primitives, undefined, bigint, Date, ` +
        'Map, Set, Uint8Array and ArrayBuffer can; for others, give a codec',
    )
  }
}

function sorted(items: unknown[]): unknown[] {
  return items
    .map((item) => [JSON.stringify(item), item] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, item]) => item)
}
