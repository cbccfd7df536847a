import { createRequire, syncBuiltinESMExports } from 'node:module'

type Timers = typeof import('node:timers')

export interface TimerCount {
  /** How many there are. */
  count(): number
  /** Counts no more. */
  end(): void
}

/**
 * Counts the timers of this process from now on: those that are set and have neither rung nor been cancelled, whether or
 * not they keep the process alive. Node.js itself tells only of the latter. Those of `node:timers/promises` are not seen.
 */
export function countTimers(): TimerCount {
  const timers = createRequire(process.execPath)('node:timers') as Timers
  const live = new WeakSet<object>()
  /** A timer can be cancelled by its number, too. */
  const numbers = new Map<number, object>()
  let count = 0

  const born = (timer: object) => {
    live.add(timer)
    numbers.set(Number(timer), timer)
    count++
  }
  const gone = (given: unknown) => {
    const timer = typeof given === 'object' ? given : numbers.get(Number(given))
    if (!timer || !live.delete(timer)) return
    numbers.delete(Number(timer))
    count--
  }

  const { setTimeout, setInterval, clearTimeout, clearInterval } = timers
  const counted = {
    setTimeout: Object.assign((callback: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => {
      const timer = setTimeout(() => {
        gone(timer)
        callback(...args)
      }, ms)
      born(timer)
      return timer
    }, setTimeout),
    setInterval(callback: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) {
      const timer = setInterval(callback, ms, ...args)
      born(timer)
      return timer
    },
    clearTimeout(timer?: NodeJS.Timeout | string | number) {
      gone(timer)
      clearTimeout(timer)
    },
    clearInterval(timer?: NodeJS.Timeout | string | number) {
      gone(timer)
      clearInterval(timer)
    },
  }
  const put = (functions: object) => {
    Object.assign(timers, functions)
    Object.assign(globalThis, functions)
    syncBuiltinESMExports()
  }
  put(counted)
  return { count: () => count, end: () => put({ setTimeout, setInterval, clearTimeout, clearInterval }) }
}
