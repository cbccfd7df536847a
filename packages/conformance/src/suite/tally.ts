/** Longer than any notice takes on a busy machine. */
const PATIENCE_MS = 10_000

/** Counts calls, and lets a case wait for the next. */
export class Tally {
  count = 0
  #waiting: (() => void)[] = []

  constructor(readonly patienceMs: number = PATIENCE_MS) {}

  readonly call = (): void => {
    this.count += 1
    for (const wake of this.#waiting.splice(0)) wake()
  }

  /** Resolves once there have been more than `seen` calls. @throws Error if none comes */
  async more(seen: number, what: string): Promise<void> {
    if (this.count > seen) return
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`was not told of ${what}`)), this.patienceMs)
      this.#waiting.push(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  }
}
