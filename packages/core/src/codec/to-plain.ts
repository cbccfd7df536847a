import { CodecError } from '../errors'
import { toBase64 } from './base64'

/** The property that marks a tagged value. */
export const TAG = '$'

/** Deeper than any sane value, and shallow enough for every engine's stack; a cycle ends here too. */
const MAX_DEPTH = 500

const tagged = (tag: string, v?: unknown): unknown => ({ [TAG]: tag, v })

/**
 * The value as plain JSON data, tagged where JSON has no word for it; parts that are plain already are not copied.
 * `canonical` sorts properties, map entries and set items, and drops `undefined` properties, so that equal payloads
 * give equal text.
 *
 * @throws CodecError that says where in the value something stands that would not come back equal
 */
export function toPlain(value: unknown, canonical: boolean): unknown {
  return new Walk(canonical).plain(value)
}

class Walk {
  readonly #canonical: boolean
  readonly #path: (string | number)[] = []

  constructor(canonical: boolean) {
    this.#canonical = canonical
  }

  plain(value: unknown): unknown {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return value
      case 'number':
        if (Number.isFinite(value) && !Object.is(value, -0)) return value
        return tagged('number', Object.is(value, -0) ? '-0' : String(value))
      case 'bigint':
        return tagged('bigint', String(value))
      case 'undefined':
        return tagged('undefined')
      case 'object':
        return value === null ? null : this.#object(value)
      default:
        return this.#refuse(`a ${typeof value}`)
    }
  }

  #object(value: object): unknown {
    if (this.#path.length > MAX_DEPTH) this.#refuse(`nested deeper than ${MAX_DEPTH} levels, or a cycle`)
    if (Array.isArray(value)) return this.#array(value)
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype === Object.prototype || prototype === null) return this.#record(value)
    if (value instanceof Date) return tagged('Date', value.getTime())
    if (value instanceof Map) {
      return tagged('Map', this.#sorted([...value].map((entry, at) => this.#at(at, entry))))
    }
    if (value instanceof Set) return tagged('Set', this.#sorted([...value].map((item, at) => this.#at(at, item))))
    if (value instanceof Uint8Array) {
      const { name } = value.constructor
      if (name === 'Uint8Array' || name === 'Buffer') return tagged(name, toBase64(value))
    }
    if (value instanceof ArrayBuffer) return tagged('ArrayBuffer', toBase64(new Uint8Array(value)))
    return this.#refuse(`an instance of ${(prototype as object).constructor?.name || 'a class'}`)
  }

  #at(key: string | number, value: unknown): unknown {
    if (typeof value === 'string') return value
    this.#path.push(key)
    const plain = this.plain(value)
    this.#path.pop()
    return plain
  }

  #array(items: readonly unknown[]): unknown {
    let copy: unknown[] | undefined
    for (let at = 0; at < items.length; at++) {
      const item = items[at]
      if (item === undefined && !(at in items)) this.#refuse('an array with holes')
      const plain = this.#at(at, item)
      if (plain !== item) copy ??= items.slice(0, at)
      copy?.push(plain)
    }
    return copy ?? items
  }

  #record(value: object): unknown {
    if (Object.getOwnPropertySymbols(value).length > 0) this.#refuse('an object with symbols as keys')
    const source = value as Record<string, unknown>
    const keys = Object.keys(source)
    if (this.#canonical) keys.sort()
    const entries: [string, unknown][] = []
    let changed = this.#canonical
    for (const key of keys) {
      const child = source[key]
      if (child === undefined && this.#canonical) continue
      const plain = this.#at(key, child)
      changed ||= plain !== child
      entries.push([key, plain])
    }
    if (Object.hasOwn(value, TAG)) return tagged('object', entries)
    return changed ? Object.fromEntries(entries) : value
  }

  #sorted(items: unknown[]): unknown[] {
    if (!this.#canonical) return items
    return items
      .map((item) => [JSON.stringify(item), item] as const)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([, item]) => item)
  }

  #refuse(what: string): never {
    const where = this.#path.map((key) => `[${JSON.stringify(key)}]`).join('')
    throw new CodecError(
      `cannot be stored${where && ` at ${where}`}: ${what}. Plain objects, arrays, strings, numbers, booleans, null, ` +
        'undefined, bigint, Date, Map, Set, Uint8Array and ArrayBuffer can; for others, give a codec.',
    )
  }
}
