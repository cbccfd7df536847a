import type { Runtime } from '@idem/core'
import type { Life } from './life'

/** Clocks of two processes never agree: who trusts another's time is found out. */
const CLOCK_OFFSET_MS = 1_000_003

/** Time, timers and randomness of one process; the same history has the same tokens. */
export function runtimeOf(life: Life): Runtime {
  const { world, timers, name } = life
  let tokens = 0
  let state = name.process * 977 + name.life * 31 + 1
  return {
    now: () => world.nowMs + name.process * CLOCK_OFFSET_MS,
    schedule: (delayMs, callback, isBackground) =>
      timers.schedule(world.nowMs + Math.max(1, Math.ceil(delayMs)), callback, isBackground),
    random: () => {
      state = (state * 1103515245 + 12345) % 2 ** 31
      return state / 2 ** 31
    },
    token: () => `${life.id}${++tokens}`,
  }
}
