import { InvalidKeyError } from '../errors'
import { shown } from './duration'

/** A text, or parts that are joined so that no two different lists of parts give the same key. */
export type Key = string | readonly string[]

const MAX_LENGTH = 255
/** What separates levels (`:`) and parts (`,`), and what escapes them. */
const RESERVED = /[%:,]/g
/** What most keys are, and what needs no second look. */
const PLAIN = /^[\w./@-]{1,255}$/
/** Control characters, and surrogates that stand alone. */
const FORBIDDEN = /[\p{Cc}\p{Cs}]/u

/**
 * The form in which a key, scope or name stands in a stored key.
 *
 * @throws InvalidKeyError if it is empty, longer than 255 characters, has an empty part, or holds control characters
 * or lone surrogates (which UTF-8 would fold into one another)
 */
export function encodeKey(what: string, key: Key): string {
  if (typeof key === 'string' && PLAIN.test(key)) return key
  const parts: readonly unknown[] = Array.isArray(key) ? [...key] : [key]
  const fits =
    parts.length > 0 &&
    parts.every((part) => typeof part === 'string' && part !== '' && !FORBIDDEN.test(part)) &&
    parts.join().length <= MAX_LENGTH
  if (fits) return (parts as string[]).map((part) => part.replace(RESERVED, encodeURIComponent)).join()
  throw new InvalidKeyError(
    `${what} must be a text, or a list of texts, of 1 to ${MAX_LENGTH} characters in all, none of them empty or with ` +
      `control characters or lone surrogates; got ${parts.length === 1 ? shown(parts[0]) : `[${parts.map(shown)}]`}`,
  )
}

/** The key as stores see it: `namespace:name:scope:key`, a level that is not there left empty. */
export function storedKey(namespace: string, name: string, scope: Key | undefined, key: Key): string {
  return `${namespace}:${name}:${scope === undefined ? '' : encodeKey('scope', scope)}:${encodeKey('key', key)}`
}
