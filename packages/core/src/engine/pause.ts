import type { Flight } from './flight'
import { ONCE } from './store-calls'

const FIRST_POLL_MS = 10
const LONGEST_POLL_MS = 500
/** With a watch in place, how long to rely on it alone: it may have gone deaf without knowing it. */
const WATCHED_POLL_MS = 2000

/**
 * The pauses between looks at a record that somebody else is working on: until the store says that it changed, where it
 * can, or else with growing, jittered delays, and never beyond the lease.
 */
export class Pause {
  readonly #flight: Flight
  readonly #ended = new AbortController()
  #watch: 'none' | 'asked' | 'placed' = 'none'
  #pollMs = FIRST_POLL_MS
  #changed = false
  #resume: (() => void) | undefined

  constructor(flight: Flight) {
    this.#flight = flight
  }

  /** Resolves when it is time to look again: also as soon as the watch is placed, for what came before. */
  async untilWorthALook(leaseMs: number): Promise<void> {
    this.#flight.onDeserted = this.#wake
    if (this.#watch === 'none') void this.#placeWatch()
    if (!this.#changed) {
      const delayMs = Math.max(1, Math.min(this.#nextPollMs(), Math.ceil(leaseMs)))
      await new Promise<void>((resolve) => {
        const cancel = this.#flight.engine.runtime.schedule(delayMs, resolve)
        this.#resume = () => {
          cancel()
          resolve()
        }
      })
    }
    this.#changed = false
  }

  /** Gives the watch up. */
  end(): void {
    this.#ended.abort()
  }

  readonly #wake = (): void => {
    this.#changed = true
    this.#resume?.()
  }

  /** What the watch calls. Deaf, it is as good as none. */
  readonly #heard = (deaf = false): void => {
    this.#watch = deaf ? 'asked' : 'placed'
    this.#pollMs = FIRST_POLL_MS
    this.#wake()
  }

  async #placeWatch(): Promise<void> {
    this.#watch = 'asked'
    if (this.#flight.engine.store.watch === undefined) return
    try {
      const { key } = this.#flight
      const { signal } = this.#ended
      await this.#flight.persist(ONCE, 'watch', key, this.#heard, signal)
      this.#heard()
    } catch {
      // Without a watch it goes on looking.
    }
  }

  #nextPollMs(): number {
    const pollMs = this.#watch === 'placed' ? WATCHED_POLL_MS : this.#pollMs
    this.#pollMs = Math.min(this.#pollMs * 2, LONGEST_POLL_MS)
    return Math.ceil(pollMs * (0.5 + this.#flight.engine.runtime.random() / 2))
  }
}
