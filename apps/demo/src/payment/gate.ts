/** Lets a limited number of callers in at a time, and tells when everybody has left. */
export class Gate {
  #inside = 0
  readonly #limit: number
  readonly #waitingForIdle = new Set<() => void>()

  constructor(limit: number) {
    this.#limit = limit
  }

  /** How many are inside now. */
  get inside(): number {
    return this.#inside
  }

  /** Does the work if there is room, and else at once what the caller has in mind for that case. */
  async pass<T>(work: () => Promise<T>, whenFull: () => Promise<T>): Promise<T> {
    return this.#inside >= this.#limit ? whenFull() : this.admit(work)
  }

  /** Does the work, however many are inside. */
  async admit<T>(work: () => Promise<T>): Promise<T> {
    this.#inside += 1
    try {
      return await work()
    } finally {
      this.#inside -= 1
      if (this.#inside === 0) this.#tellIdle()
    }
  }

  /** Resolves as soon as nobody is inside. */
  idle(): Promise<void> {
    if (this.#inside === 0) return Promise.resolve()
    return new Promise((resolve) => this.#waitingForIdle.add(resolve))
  }

  #tellIdle(): void {
    for (const tell of this.#waitingForIdle) tell()
    this.#waitingForIdle.clear()
  }
}
