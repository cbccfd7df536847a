/** How a promise stands: pending, or what it gave or threw. */
export interface Watched<T> {
  state: 'pending' | 'resolved' | 'rejected'
  value?: T
  error?: unknown
  readonly promise: Promise<T>
}

/** Follows a promise; what it throws is kept, and no longer unhandled. */
export function watched<T>(promise: Promise<T>): Watched<T> {
  const seen: Watched<T> = { state: 'pending', promise }
  promise.then(
    (value) => Object.assign(seen, { state: 'resolved', value }),
    (error) => Object.assign(seen, { state: 'rejected', error }),
  )
  return seen
}
