import type { LockStore } from '../contracts/lock-store'
import type { Runtime } from '../runtime'
import { orAborted } from './or-aborted'

const FIRST_PAUSE_MS = 25
const LONGEST_PAUSE_MS = 500
/** With a watch in place, how long to rely on it alone: it may have gone deaf without knowing it. */
const WATCHED_PAUSE_MS = 2000
/** However often the store calls, it is not asked more often than this. */
const SHORTEST_PAUSE_MS = 10

/**
 * Between two looks at a lock that somebody else holds: until it may be free, and no longer than the caller will wait.
 * Where the store cannot watch, or as long as the watch is not in place, it looks with growing pauses.
 */
export class Waiting {
  readonly #store: LockStore
  readonly #runtime: Runtime
  readonly #name: string
  readonly #signal: AbortSignal | undefined
  readonly #deadline: number
  readonly #watch = new AbortController()
  #watching: 'not yet' | 'asked' | 'in place' = 'not yet'
  #pauseMs = FIRST_PAUSE_MS
  #changed = false
  #wake = () => {}

  constructor(
    store: LockStore,
    runtime: Runtime,
    name: string,
    waitMs: number,
    signal: AbortSignal | undefined,
  ) {
    this.#store = store
    this.#runtime = runtime
    this.#name = name
    this.#signal = signal
    this.#deadline = runtime.now() + waitMs
  }

  /**
   * Resolves with `true` when it is time to look again, with `false` if there is none left.
   *
   * @throws the signal's reason
   */
  async pause(holderMs: number): Promise<boolean> {
    const leftMs = this.#deadline - this.#runtime.now()
    if (leftMs <= 0) return false
    if (this.#watching === 'not yet') void this.#placeWatch()
    const shortMs = Math.min(leftMs, SHORTEST_PAUSE_MS)
    await this.#sleep(shortMs)
    // Apart from one another, lest all that wait come in the moment in which the holder's time is over.
    const holderGoneMs = holderMs + this.#runtime.random() * SHORTEST_PAUSE_MS
    const longMs = Math.min(leftMs, holderGoneMs, this.#nextPause()) - shortMs
    if (longMs > 0 && !this.#changed) await this.#sleep(longMs, true)
    this.#changed = false
    return true
  }

  /** Ends the watch. */
  end(): void {
    this.#watch.abort()
  }

  #nextPause(): number {
    const isWatching = this.#watching === 'in place'
    const pauseMs = isWatching ? WATCHED_PAUSE_MS : this.#pauseMs
    if (!isWatching) this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS)
    return pauseMs * (0.5 + this.#runtime.random() / 2)
  }

  /** A watch in place is a change too: the lock may have been given back before. */
  async #placeWatch(): Promise<void> {
    this.#watching = 'asked'
    const changed = (deaf = false) => {
      // Deaf, it is as good as none.
      this.#watching = deaf ? 'asked' : 'in place'
      this.#pauseMs = FIRST_PAUSE_MS
      this.#changed = true
      this.#wake()
    }
    try {
      if (this.#store.watch === undefined) return
      await this.#store.watch(this.#name, changed, this.#watch.signal)
      changed()
    } catch {
      // Without a watch it goes on looking.
    }
  }

  async #sleep(ms: number, wakeable = false): Promise<void> {
    let cancel = () => {}
    const over = new Promise<void>((resolve) => {
      cancel = this.#runtime.schedule(ms, resolve)
      if (wakeable) this.#wake = resolve
    })
    try {
      await orAborted(over, this.#signal)
    } finally {
      cancel()
    }
  }
}
