import { setTimeout as sleep } from 'node:timers/promises'

/** A process that stood still for longer does not make up for it: it would play all that it missed at once. */
const MOST_MISSED_MS = 1000

/** Calls back so often a second, evenly, until it is stopped. */
export async function pace(rate: number, signal: AbortSignal, next: () => void): Promise<void> {
  const everyMs = 1000 / rate
  let dueAt = performance.now()
  while (!signal.aborted) {
    const now = performance.now()
    if (now - dueAt > MOST_MISSED_MS) dueAt = now
    while (dueAt <= now) {
      next()
      dueAt += everyMs
    }
    // Its own timers are of Node.js's other kind, which is not counted.
    await sleep(Math.max(1, dueAt - performance.now()), undefined, { signal }).catch(() => {})
  }
}
