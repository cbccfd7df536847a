import type { Key } from '@idem/core'

/** Stands for what has no name of its own in metrics, as OpenTelemetry's conventions ask. */
export const OTHER = '_OTHER'
/** How many names become attributes. More come of names that are made of what they should not be: keys, users. */
const MAX_NAMES = 200

/** The attribute that says which operation it was; none where it has no name. */
export type OperationAttribute = { readonly 'idem.operation.name'?: string }

const NONE: OperationAttribute = {}

/** Gives each operation its attribute, and all beyond the first 200 the same one: nobody pays for endless series. */
export class OperationNames {
  readonly #known = new Map<string, OperationAttribute>()

  /** Of a name as the events have it. */
  of(name: string | undefined): OperationAttribute {
    if (name === undefined) return NONE
    const known = this.#known.get(name)
    if (known) return known
    if (this.#known.size >= MAX_NAMES) return { 'idem.operation.name': OTHER }
    const attribute = { 'idem.operation.name': name }
    this.#known.set(name, attribute)
    return attribute
  }
}

/** What of a name is escaped in a stored key, whose name the events tell. */
const RESERVED = /[%:,]/g

/** A name in the form that events have it in; none if it is no name, which the call will say. */
export function eventName(name: Key | undefined): string | undefined {
  const parts: readonly unknown[] = Array.isArray(name) ? name : [name]
  if (parts.length === 0 || !parts.every((part) => typeof part === 'string' && part !== '')) return undefined
  const text = (parts as readonly string[]).map((part) => part.replace(RESERVED, encodeURIComponent)).join()
  return text.length <= 255 * 3 ? text : undefined
}
