import { InvalidKeyError } from '../errors'
import { shown } from './duration'

/** A text, or parts that are joined so that no two different lists of parts give the same key. */
export type Key = string | readonly string[]

const MAX_LENGTH = 255
/** What separates levels (`:`) and parts (`,`), and what escapes them. */
const RESERVED = /[%:,]/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const FORBIDDEN = /[\u0000-\u001f\u007f-\u009f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/

/**
 * The form in which a key, scope or name stands in a stored key.
 *
 * @throws InvalidKeyError if it is empty, longer than 255 characters, has an empty part, or holds control characters
 * or lone surrogates (which UTF-8 would fold into one another)
 */
export function encodeKey(what: string, key: Key): string {
  if (typeof key === 'string') return escapePart(what, key, key.length)
  if (!Array.isArray(key) || key.length === 0) refuse(what, 'a text or a list of texts with at least one part', key)
  let length = key.length - 1
  for (const part of key) length += typeof part === 'string' ? part.length : 0
  return key.map((part) => escapePart(what, part, length)).join(',')
}

function escapePart(what: string, part: string, length: number): string {
  if (typeof part !== 'string') refuse(what, 'a text or a list of texts', part)
  if (part.length === 0) refuse(what, '1 to 255 characters, in each part at least one', part)
  if (length > MAX_LENGTH) refuse(what, `1 to 255 characters in all, not ${length}`, part)
  if (FORBIDDEN.test(part)) refuse(what, 'free of control characters and lone surrogates', part)
  return part.replace(RESERVED, encodeURIComponent)
}

function refuse(what: string, expected: string, got: unknown): never {
  throw new InvalidKeyError(`${what} must be ${expected}; got ${shown(got)}`)
}

/** Where a key lives: the levels of a stored key, each of them encoded. */
export interface KeySpace {
  readonly namespace: string
  readonly name: string
}

/** The key as stores see it: `namespace:name:scope:key`, a level that is not there left empty. */
export function storedKey(space: KeySpace, scope: Key | undefined, key: Key): string {
  const place = scope === undefined ? '' : encodeKey('scope', scope)
  return `${space.namespace}:${space.name}:${place}:${encodeKey('key', key)}`
}
