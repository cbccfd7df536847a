/** BSON is UTF-8, in which lone surrogates are all alike: two texts would become one. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it begins an escape
const AWKWARD = /\x03|\p{Surrogate}/gu
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what begins an escape
const ESCAPED = /\x03([0-9a-f]{4})/g

/**
 * A text as it is written to the database: as it is, but that lone surrogates, and U+0003 itself, become U+0003 and four
 * hexadecimal digits. What a text begins with, its escaped form begins with too.
 */
export function escapeText(text: string): string {
  return text.replace(AWKWARD, (char) => `\x03${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

export function unescapeText(text: string): string {
  if (!text.includes('\x03')) return text
  return text.replace(ESCAPED, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
}

export function unescapeOptional(text: string | null | undefined): string | undefined {
  return text === null || text === undefined ? undefined : unescapeText(text)
}
