import { randomToken } from './random-token'

/** Time, timers and randomness, to be injected by tests. Used for waiting only: what is decided, the store decides. */
export interface Runtime {
  /** Milliseconds on a clock that never goes back. */
  now(): number
  /**
   * Calls back once after a delay, unless cancelled by the function returned. A `background` timer does not keep a
   * process alive.
   */
  schedule(delayMs: number, callback: () => void, background?: boolean): () => void
  /** From 0 up to, not including, 1; for jitter. */
  random(): number
  /** A token that nobody can guess and that never comes twice: at least 96 random bits. */
  token(): string
}

/** Timers hold their delay in 32 bits and fire at once beyond it. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

export const systemRuntime: Runtime = {
  now: () => performance.now(),
  schedule(delayMs, callback, background = false) {
    let timer: ReturnType<typeof setTimeout>
    const arm = (leftMs: number): void => {
      timer =
        leftMs > LONGEST_TIMER_MS
          ? setTimeout(() => arm(leftMs - LONGEST_TIMER_MS), LONGEST_TIMER_MS)
          : setTimeout(callback, leftMs)
      if (background) (timer as { unref?: () => void }).unref?.()
    }
    arm(delayMs)
    return () => clearTimeout(timer)
  },
  random: () => Math.random(),
  token: randomToken,
}
