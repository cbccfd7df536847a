import type { Runtime } from '../../src/runtime'

interface Timer {
  readonly at: number
  readonly callback: () => void
  readonly background: boolean
}

/** A runtime whose clock and timers move by hand, one timer after the other. */
export class ManualTime implements Runtime {
  readonly #timers = new Set<Timer>()
  #now = 1_000
  #tokens = 0

  now(): number {
    return this.#now
  }

  schedule(delayMs: number, callback: () => void, background = false): () => void {
    const timer = { at: this.#now + delayMs, callback, background }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  random(): number {
    return 0.5
  }

  token(): string {
    return `owner-${++this.#tokens}`
  }

  get timers(): readonly Timer[] {
    return [...this.#timers]
  }

  /** What runs and does not wait for a timer runs to its end; then the clock moves to the next timer, and so on. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms
    await settled()
    for (;;) {
      const [next] = this.timers.filter(({ at }) => at <= end).sort((one, other) => one.at - other.at)
      if (next === undefined) break
      this.#timers.delete(next)
      this.#now = Math.max(this.#now, next.at)
      next.callback()
      await settled()
    }
    this.#now = end
  }

  /** The clock moves and no timer fires: a process that is busy, or stopped. */
  freeze(ms: number): void {
    this.#now += ms
  }
}

/** Once all promises that can be settled are. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
