import { shown } from './duration'

/**
 * Checks a count given as an option; `Infinity`, where it is allowed, means without limit.
 *
 * @throws TypeError that names the option, what it got and what it takes
 */
export function wholeNumber(option: string, value: number, unlimited = false): number {
  if ((Number.isSafeInteger(value) && value >= 1) || (unlimited && value === Number.POSITIVE_INFINITY))
    return value
  throw new TypeError(
    `${option} must be a whole number from 1 up${unlimited ? ', or Infinity' : ''}; got ${shown(value)}`,
  )
}
