/**
 * What PostgreSQL cannot keep in a text, what a driver takes for the mark of a byte order, and what has a meaning of its own
 * where several texts are sent as one.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
const AWKWARD = /[\0-\x03]|^\ufeff|\p{Surrogate}/gu
/** Finds all of those and more, and takes a fraction of the time over the many texts that have none. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
const MAY_BE_AWKWARD = /[\0-\x03\ud800-\udfff\ufeff]/
// biome-ignore lint/suspicious/noControlCharactersInRegex: it begins with one
const ESCAPED = /\x03([0-9a-f]{4})/g

const END = '\x01'
const NOTHING = '\x02'

/**
 * A text as it is written to the database: as it is, but that U+0000 to U+0003, lone surrogates and a U+FEFF at
 * its beginning become U+0003 and four hexadecimal digits. What a text begins with, its escaped form begins with too.
 */
export function escapeText(text: string): string {
  if (!MAY_BE_AWKWARD.test(text)) return text
  return text.replace(AWKWARD, (char) => `\x03${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

export function unescapeText(text: string): string {
  if (!text.includes('\x03')) return text
  return text.replace(ESCAPED, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
}

export function escapeOptional(text: string | undefined): string | null {
  return text === undefined ? null : escapeText(text)
}

export function unescapeOptional(text: string | null): string | undefined {
  return text === null ? undefined : unescapeText(text)
}

/** Two or more texts as one: the functions of the database take them apart. */
export function joinTexts(texts: readonly (string | undefined)[]): string {
  return texts.map((text) => (text === undefined ? NOTHING : escapeText(text))).join(END)
}

/** The texts, still escaped, that the functions of the database send as one. */
export function splitTexts(joined: string): (string | null)[] {
  return joined.split(END).map((text) => (text === NOTHING ? null : text))
}
