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

/**
 * Of the time that is due, one half is waited for in any case and the other by chance, so that what failed together is
 * not tried again together.
 *
 * @throws TypeError that names what is wrong
 */
export function delayOf(backoff: Backoff | ((attempt: number, error: unknown) => Duration) = {}): Delay {
  if (typeof backoff === 'function') {
    return (attempt, error) => milliseconds('backoff()', backoff(attempt, error), { min: 0 })
  }
  if (typeof backoff !== 'object' || backoff === null) {
    throw new TypeError(`backoff must be { first, max, factor } or a function; got ${shown(backoff)}`)
  }
  const { first = '1s', max = '5m', factor = 2 } = onlyKnown(backoff, ['first', 'max', 'factor'])
  const firstMs = milliseconds('backoff.first', first)
  const maxMs = milliseconds('backoff.max', max)
  if (typeof factor !== 'number' || !(factor >= 1)) {
    throw new TypeError(`backoff.factor must be a number from 1 up; got ${shown(factor)}`)
  }
  return (attempt) => {
    const dueMs = Math.min(maxMs, firstMs * factor ** Math.max(0, attempt - 1))
    return Math.ceil(dueMs / 2 + (Math.random() * dueMs) / 2)
  }
}
