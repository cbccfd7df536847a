import type { Runtime } from '@idem/core'

/**
 * A runtime whose timers of half a second and more never fire: whoever waits with it goes on because it was told to, not
 * because time passed.
 */
export const unhurriedRuntime: Runtime = {
  now: () => performance.now(),
  schedule(delayMs, callback) {
    if (delayMs >= 500) return () => {}
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  },
  random: () => Math.random(),
  token: () => crypto.randomUUID(),
}
