/** A timer on the virtual clock. */
export interface Timer {
  readonly dueMs: number
  readonly callback: () => void
  /** It does not keep a process alive. */
  readonly isBackground: boolean
}

/** The timers of one process, the next one first. */
export class Timers {
  readonly #timers: Timer[] = []

  schedule(dueMs: number, callback: () => void, isBackground = false): () => void {
    const timer = { dueMs, callback, isBackground }
    let place = this.#timers.length
    while (place > 0 && (this.#timers[place - 1] as Timer).dueMs > dueMs) place--
    this.#timers.splice(place, 0, timer)
    return () => {
      const index = this.#timers.indexOf(timer)
      if (index >= 0) this.#timers.splice(index, 1)
    }
  }

  /** How many keep the process alive. */
  get foreground(): number {
    return this.#timers.filter(({ isBackground }) => !isBackground).length
  }

  /** When the next one is due after a time; those that are late do not count. */
  nextDueAfter(ms: number): number {
    for (const { dueMs } of this.#timers) if (dueMs > ms) return dueMs
    return Number.POSITIVE_INFINITY
  }

  isOverdue(ms: number): boolean {
    const [next] = this.#timers
    return next !== undefined && next.dueMs <= ms
  }

  clear(): void {
    this.#timers.length = 0
  }

  fire(): void {
    this.#timers.shift()?.callback()
  }
}
