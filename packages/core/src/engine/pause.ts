import type { Store } from '../contracts/store'
import type { Runtime } from '../runtime'
import type { StoreCalls } from './store-calls'

const FIRST_POLL_MS = 10
const LONGEST_POLL_MS = 500
/** With a watch in place, how long to rely on it alone: it may have gone deaf. */
const WATCHED_POLL_MS = 2000

/**
 * The pauses between looks at a record that somebody else is working on: until the store says that it changed, where it
 * can, or else with growing, jittered delays, and never beyond the lease.
 */
export class Pause {
  readonly #store: Store
  readonly #calls: StoreCalls
  readonly #runtime: Runtime
  readonly #key: string
  readonly #ended = new AbortController()
  #watch: 'none' | 'placed' | 'failed' = 'none'
  #pollMs = FIRST_POLL_MS
  #changed = false
  #resume: (() => void) | undefined

  constructor(store: Store, calls: StoreCalls, runtime: Runtime, key: string) {
    this.#store = store
    this.#calls = calls
    this.#runtime = runtime
    this.#key = key
  }

  /** Resolves when it is time to look again. The first look after placing the watch is immediate. */
  async untilWorthALook(leaseMs: number, timeoutMs: number): Promise<void> {
    if (this.#watch === 'none' && (await this.#place(timeoutMs))) return
    if (!this.#changed && !this.#ended.signal.aborted) {
      const delayMs = Math.max(1, Math.min(this.#nextPollMs(), Math.ceil(leaseMs)))
      await new Promise<void>((resolve) => {
        const cancel = this.#runtime.schedule(delayMs, resolve)
        this.#resume = () => {
          cancel()
          resolve()
        }
      })
    }
    this.#resume = undefined
    this.#changed = false
  }

  /** Ends a pause that is going on, and the next at once. */
  readonly wake = (): void => {
    this.#changed = true
    this.#resume?.()
  }

  /** Gives the watch up. */
  end(): void {
    this.#ended.abort()
    this.wake()
  }

  async #place(timeoutMs: number): Promise<boolean> {
    const { watch } = this.#store
    this.#watch = 'failed'
    if (watch === undefined) return false
    try {
      await this.#calls.once('watch', timeoutMs, () =>
        watch.call(this.#store, this.#key, this.wake, this.#ended.signal),
      )
    } catch {
      return false
    }
    this.#watch = 'placed'
    return true
  }

  #nextPollMs(): number {
    if (this.#watch === 'placed') return WATCHED_POLL_MS
    const delayMs = this.#pollMs * (0.5 + this.#runtime.random() / 2)
    this.#pollMs = Math.min(this.#pollMs * 2, LONGEST_POLL_MS)
    return Math.ceil(delayMs)
  }
}
