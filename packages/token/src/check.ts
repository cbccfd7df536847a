/** @throws TypeError that names the option and what it must be, unless it fits */
export function check(option: string, value: unknown, fits: boolean, expected: string): void {
  if (!fits) throw new TypeError(`${option} must be ${expected}; got ${shown(value)}`)
}

/** @throws TypeError that names what is no option, and the options that there are */
export function onlyKnown(what: string, options: object, known: readonly string[]): void {
  check(what, options, typeof options === 'object' && options !== null, 'an object')
  for (const option in options) {
    if (known.includes(option)) continue
    throw new TypeError(`${option} is no option here; there are ${known.join(', ')}`)
  }
}

/** @throws TypeError that names the option, unless it is a text of 1 to 255 characters */
export function checkText(option: string, value: unknown): void {
  const fits = typeof value === 'string' && value.length > 0 && value.length <= 255
  check(option, value, fits, 'a text of 1 to 255 characters')
}

/** What a wrong value is, never what is in it: it may be a secret. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `a text of ${value.length} characters`
  return typeof value === 'object' ? Object.prototype.toString.call(value) : typeof value
}
