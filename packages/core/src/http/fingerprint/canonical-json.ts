import { randomToken } from '../../random-token'

/** A string, or a number outside of strings. */
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g
/**
 * How deep values may be nested: few enough levels for any stack, and always as many. Where the stack itself is the limit, it
 * is another one when code has become warm, and another in each process: a repetition would not be known again.
 */
export const DEEPEST = 500
/** Where this is not in a text, every number in it is exact. */
const MAYBE_INEXACT = /[\d.]{16}|\d[eE]/

/**
 * The form that all JSON texts of one value share (RFC 8785): without blanks, properties sorted by their UTF-16 units,
 * numbers and strings as ECMAScript writes them. `undefined` if the text is no JSON, or nested more than {@link DEEPEST} levels
 * deep.
 *
 * Numbers that a double cannot hold stay as they were written. RFC 8785 has none; but to round them would make one order
 * of `9007199254740993` and `9007199254740992`, which a handler may well tell apart.
 */
export function canonicalJson(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (!MAYBE_INEXACT.test(text)) return canonicalForm(value)
    // Nobody can know the mark beforehand, so no string of the text begins with it.
    const mark = randomToken()
    const marked = text.replace(TOKENS, (token) =>
      token.startsWith('"') || isExact(token) ? token : `"${mark}${token}"`,
    )
    return canonicalForm(JSON.parse(marked)).replace(new RegExp(`"${mark}([^"]*)"`, 'g'), '$1')
  } catch {
    return undefined
  }
}

/** Any decimal of at most 15 digits has a double of its own, unless it is next to nothing. */
function isExact(token: string): boolean {
  const [mantissa = ''] = token.split(/e/i)
  const digits = mantissa.replace(/[-.]/g, '')
  // By hand: an expression that looks for zeros at the end looks for the end behind every zero, and takes hours for a body.
  let [start, end] = [0, digits.length]
  while (digits[start] === '0') start++
  while (end > start && digits[end - 1] === '0') end--
  const size = Math.abs(Number(token))
  return start === end || (end - start <= 15 && size > 1e-300 && Number.isFinite(size))
}

/** What a string is written as it is of: to test for it takes less time than to ask for the text. */
const UNESCAPED = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/

/** What is nested more than {@link DEEPEST} levels deep has no canonical form. */
export class TooDeep extends RangeError {}

/**
 * The same for a value that a parser made of a text of any kind.
 *
 * @throws TooDeep
 * @throws TypeError if it keeps what it says where nobody sees it, as a `Map` does: then all of its kind would be equal
 */
export function canonicalForm(value: unknown, level = 0): string {
  if (typeof value === 'string' && UNESCAPED.test(value)) return `"${value}"`
  if (typeof value === 'bigint') return String(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  if (level === DEEPEST) throw new TooDeep()
  const next = level + 1
  if (Array.isArray(value)) return `[${value.map((item) => canonicalForm(item, next)).join()}]`
  const record = value as Record<string, unknown>
  if (typeof record['toJSON'] === 'function') return canonicalForm(record['toJSON'](), next)
  const names = Object.keys(record)
  if (names.length === 0) {
    const kind = Object.prototype.toString.call(value)
    if (kind === '[object Object]') return '{}'
    throw new TypeError(
      `fingerprint must be given where a parser makes ${kind} of a body: it cannot be compared`,
    )
  }
  let members = ''
  for (const name of names.sort()) {
    const member = record[name]
    if (member === undefined) continue
    if (members !== '') members += ','
    members += `${canonicalForm(name)}:${canonicalForm(member, next)}`
  }
  return `{${members}}`
}
