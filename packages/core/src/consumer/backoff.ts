import { type Duration, milliseconds, shown } from '../options/duration'
import { onlyKnown } from '../options/only-known'

/** How long to wait after a failed attempt: growing from `first` to `max`, each time by `factor`. */
export interface Backoff {
  /** @defaultValue `'1s'` */
  readonly first?: Duration | undefined
  /** @defaultValue `'5m'` */
  readonly max?: Duration | undefined
  /** 1 or more. @defaultValue 2 */
  readonly factor?: number | undefined
}

/** How long to wait after so many attempts, in milliseconds. */
export type Delay = (attempt: number, error: unknown) => number

/** What may be said of it. */
type Given = Backoff | ((attempt: number, error: unknown) => Duration) | undefined

/**
 * Of the time that is due, one half is waited for in any case and the other by chance, so that what failed together is
 * not tried again together.
 *
 * @throws TypeError that names what is wrong
 */
export function delayOf(backoff: Given): Delay {
  if (typeof backoff === 'function') {
    return (attempt, error) => milliseconds('backoff()', backoff(attempt, error), { min: 0 })
  }
  const due = dueOf(backoff)
  return (attempt) => {
    const dueMs = due(attempt)
    return Math.ceil(dueMs / 2 + (Math.random() * dueMs) / 2)
  }
}

/** The longest wait between so many attempts. Of a function nothing is known: 0. */
export function longestDelayMs(backoff: Given, attempts: number): number {
  if (typeof backoff === 'function' || attempts === 1) return 0
  // To the power of Infinity, 1 is no number.
  return dueOf(backoff)(Math.min(attempts - 1, Number.MAX_SAFE_INTEGER))
}

/** The time that is due after so many attempts. */
function dueOf(backoff: Backoff = {}): (attempt: number) => number {
  if (typeof backoff !== 'object' || backoff === null) {
    throw new TypeError(`backoff must be { first, max, factor } or a function; got ${shown(backoff)}`)
  }
  const { first = '1s', max = '5m', factor = 2 } = onlyKnown(backoff, ['first', 'max', 'factor'])
  const firstMs = milliseconds('backoff.first', first)
  const maxMs = milliseconds('backoff.max', max)
  if (typeof factor !== 'number' || !(factor >= 1)) {
    throw new TypeError(`backoff.factor must be a number from 1 up; got ${shown(factor)}`)
  }
  return (attempt) => Math.min(maxMs, firstMs * factor ** Math.max(0, attempt - 1))
}
