import { shown } from './duration'

/**
 * The options, once it is sure that none of them is misspelt.
 *
 * @throws TypeError that names what is no option, and the options that there are
 */
export function onlyKnown<T extends object>(options: T, known: readonly string[]): T {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`options must be an object; got ${shown(options)}`)
  }
  for (const option in options) {
    if (known.includes(option)) continue
    throw new TypeError(`${option} is no option here; there are ${known.join(', ')}`)
  }
  return options
}
