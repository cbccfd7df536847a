/** What could move the cursor, hide or reorder what is shown: controls, separators of lines, marks of direction. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

const UNPRINTABLE_IN_LINES = /[\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/** A text that may come from anybody, as one line that does nothing to a terminal. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, escaped)
}

/** What `inspect` gives, which has escaped controls, and may have colors and lines of its own. */
export function printableLines(text: string): string {
  return text.replace(UNPRINTABLE_IN_LINES, escaped)
}

function escaped(character: string): string {
  const code = character.charCodeAt(0)
  return code < 0x100
    ? `\\x${code.toString(16).padStart(2, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`
}
