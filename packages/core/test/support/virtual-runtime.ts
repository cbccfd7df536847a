import type { Runtime } from '../../src/runtime'

interface Timer {
  readonly at: number
  readonly callback: () => void
  readonly background: boolean
}

/** Where the clock of the store stands at first: far from the runtime's, so that none can be taken for the other. */
const EPOCH_MS = 1_700_000_000_000
const FOREVER_MS = 100 * 86_400_000

/**
 * Time that only a test moves: the runtime of an `Idem` and, as `clock`, the clock of its store. Timers fire one by
 * one, in order, and what can run without them runs before the next one. Tokens are numbered, jitter is none.
 */
export class VirtualRuntime implements Runtime {
  readonly #timers = new Set<Timer>()
  #now = 1_000
  #tokens = 0

  /** The store's clock: pass it as `new MemoryStore({ clock })`. */
  readonly clock = (): number => EPOCH_MS + this.#now

  now(): number {
    return this.#now
  }

  schedule(delayMs: number, callback: () => void, background = false): () => void {
    if (!Number.isFinite(delayMs)) throw new TypeError(`no timer takes ${delayMs} ms`)
    const timer = { at: this.#now + Math.max(0, delayMs), callback, background }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  random(): number {
    return 1
  }

  token(): string {
    return `token-${++this.#tokens}`
  }

  /** Timers that are set and keep a process alive. */
  get timers(): number {
    return [...this.#timers].filter(({ background }) => !background).length
  }

  /** Timers that are set and do not. */
  get backgroundTimers(): number {
    return this.#timers.size - this.timers
  }

  /** Lets everything run that waits for no timer. */
  settle(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve))
  }

  /** Moves the clock on, timer by timer. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms
    await this.settle()
    for (let next = this.#next(); next !== undefined && next.at <= end; next = this.#next()) {
      await this.#fire(next)
    }
    this.#now = end
  }

  /** Moves the clock to the next timer, and the next, until the promise is settled; gives what it gives. */
  async outlast<T>(promise: Promise<T>): Promise<T> {
    const giveUpAt = this.#now + FOREVER_MS
    let isSettled = false
    const settled = () => {
      isSettled = true
    }
    promise.then(settled, settled)
    await this.settle()
    while (!isSettled) {
      const next = this.#next()
      if (next === undefined || next.at > giveUpAt) throw new Error('this promise never settles')
      await this.#fire(next)
    }
    return promise
  }

  /** Moves the clock and fires nothing: a process that is busy or stopped. */
  freeze(ms: number): void {
    this.#now += ms
  }

  #next(): Timer | undefined {
    let next: Timer | undefined
    for (const timer of this.#timers) if (next === undefined || timer.at < next.at) next = timer
    return next
  }

  async #fire(timer: Timer): Promise<void> {
    this.#timers.delete(timer)
    this.#now = Math.max(this.#now, timer.at)
    timer.callback()
    await this.settle()
  }
}
