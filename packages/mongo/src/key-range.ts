const LAST = 0x10ffff

/**
 * The least text, in the order of code points, that is greater than every text which begins with a prefix; `undefined` if
 * there is none. That order is the one of the bytes in UTF-8, by which MongoDB compares.
 */
export function endOfPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix, (char) => char.codePointAt(0) as number)
  while (points.length > 0 && points.at(-1) === LAST) points.pop()
  const last = points.pop()
  if (last === undefined) return undefined
  // Between these two are the surrogates, which are no characters.
  return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1)
}
