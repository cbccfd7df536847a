import type { TableQuery } from './table'

/** Which ids to list, in the order of their bytes: those from `prefix` on, after `after`, and before `end`. */
export interface IdRange {
  readonly prefix: string
  readonly after: string
  /** Missing: there is no end. */
  readonly end: string | undefined
  readonly limit: number
}

/** As much as every database takes for a key. */
const MAX_BYTES = 1000

/** What not every database keeps: U+0000, and halves of characters, which have no bytes. */
const UNKEEPABLE = /\0|\p{Cs}/u

/** @throws TypeError if it cannot be an id */
export function checkedId(id: string): string {
  if (id !== '' && !UNKEEPABLE.test(id) && Buffer.byteLength(id) <= MAX_BYTES) return id
  throw new TypeError(
    `an id must be text of 1 to ${MAX_BYTES} bytes, without U+0000 and halves of characters; got ${JSON.stringify(id)}`,
  )
}

/** @throws TypeError if the query is wrong */
export function idRange({ prefix = '', after = '', limit }: TableQuery): IdRange {
  for (const text of [prefix, after]) if (text !== '') checkedId(text)
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new TypeError(`limit must be a whole number of rows, at least 1; got ${limit}`)
  }
  return { prefix, after, end: endOfPrefix(prefix), limit }
}

/** How ids are ordered. */
export const inOrder = (one: string, other: string): number =>
  Buffer.compare(Buffer.from(one), Buffer.from(other))

/** The least text that comes after all that begin with the prefix, if there is one. */
function endOfPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix, (char) => char.codePointAt(0) as number)
  while (points.at(-1) === 0x10ffff) points.pop()
  const last = points.pop()
  if (last === undefined) return undefined
  // Between these two are the halves of characters.
  return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1)
}
