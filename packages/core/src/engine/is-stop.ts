/** Causes of causes are looked at as far as this: nobody wraps more often, and some wrap in circles. */
const DEEPEST = 8

/**
 * Whether work that was told to stop, for this reason, has stopped for it: with the reason itself, with an `AbortError`, as the
 * functions of the platform do that are given a signal, or with an error that one of these has caused.
 */
export function isStop(error: unknown, reason: unknown): boolean {
  let each = error
  for (let depth = 0; depth < DEEPEST && each !== undefined && each !== null; depth++) {
    const { name, code, cause } = each as {
      readonly name?: unknown
      readonly code?: unknown
      readonly cause?: unknown
    }
    if (each === reason || name === 'AbortError' || code === 'LEASE_LOST') return true
    each = cause
  }
  return false
}
