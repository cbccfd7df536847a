import type { TakenLock } from '../mutex/take-lock'
import type { Runtime } from '../runtime'

/** For how long a reading is good: meanwhile neither does a clock drift noticeably, nor does a suspended one mislead. */
const GOOD_FOR_MS = 10_000

/**
 * The lock store's clock between two grants: what the last grant said, and what has passed here since. This process's
 * idea of the date plays no part.
 */
export class StoreClock {
  readonly #runtime: Runtime
  #reading: Pick<TakenLock, 'now' | 'sentAt'> | undefined

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  learn(grant: TakenLock): void {
    this.#reading = grant
  }

  /**
   * The latest that the store's clock can show now: the reading counts from before it was taken. So what has not run out
   * by this clock has not run out. `undefined` if too long ago, or never, was there a grant.
   */
  latest(): number | undefined {
    if (this.#reading === undefined) return undefined
    const passedMs = this.#runtime.now() - this.#reading.sentAt
    return passedMs >= 0 && passedMs <= GOOD_FOR_MS ? this.#reading.now + passedMs : undefined
  }
}
