/** What several coalescers of one client share: how much is on its way, and how much may be. */
export class Lanes {
  readonly #most: number
  readonly #flushes: (() => void)[] = []
  #inFlight = 0
  #scheduled = false
  /** How many requests wait, of all coalescers: who comes now does not go before them. */
  waiting = 0

  constructor(most: number) {
    this.#most = most
  }

  get idle(): boolean {
    return this.#inFlight === 0 && this.waiting === 0
  }

  get free(): boolean {
    return this.#inFlight < this.#most
  }

  /** `flush` is called when there may be room. */
  join(flush: () => void): void {
    this.#flushes.push(flush)
  }

  enter(): void {
    this.#inFlight++
  }

  leave(): void {
    this.#inFlight--
    if (this.waiting > 0) this.schedule()
  }

  /** Lets go what waits, once those who are called back in this turn of the event loop had time to join it. */
  schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      for (const flush of this.#flushes) flush()
      // Nobody is always the first to be asked.
      this.#flushes.push(this.#flushes.shift() as () => void)
    })
  }
}
