import { AssertionError, deepStrictEqual } from 'node:assert/strict'

/** The named members are as expected; the others are not looked at. `undefined` and missing are the same. */
export function matches<T extends object>(
  actual: T | undefined,
  expected: Partial<Record<T extends unknown ? keyof T : never, unknown>>,
  message?: string,
): void {
  const named = Object.keys(expected).map((name) => [name, (actual as Record<string, unknown>)?.[name]])
  deepStrictEqual(actual && Object.fromEntries(named), expected, message)
}

/** A duration that began at `wholeMs` and has barely run. */
export function mostOf(wholeMs: number, leftMs: number | undefined, what: string): void {
  between(wholeMs / 2, leftMs, wholeMs, what)
}

export function between(least: number, actual: number | undefined, most: number, what: string): void {
  if (actual !== undefined && actual >= least && actual <= most) return
  throw new AssertionError({ message: `${what} is ${actual}, not from ${least} to ${most}` })
}

/** Sorted, so that texts can be compared that come in the store's order. */
export const sorted = (texts: Iterable<string>): string[] => [...texts].sort()
