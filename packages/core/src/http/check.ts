import { shown } from '../options/duration'

/** @throws TypeError that names the option, what it must be and what it got, unless it fits */
export function check(option: string, value: unknown, fits: boolean, expected: string): void {
  if (!fits) throw new TypeError(`${option} must be ${expected}; got ${shown(value)}`)
}

export const isFunctionOr = (value: unknown, ...words: readonly unknown[]): boolean =>
  typeof value === 'function' || words.includes(value)
