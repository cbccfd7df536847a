/// <reference lib="esnext.disposable" />
import { LockLostError } from '../errors'
import type { Duration } from '../options/duration'
import type { Key } from '../options/key'
import type { Runtime } from '../runtime'
import type { LockOwner } from './lock-owner'
import { lockTtl } from './options'

/** Where an engine lacks the symbol, what stands in for it in `await using` as compilers translate it. */
const asyncDispose: typeof Symbol.asyncDispose = Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')

/** What a {@link Mutex} grants. */
export interface Grant {
  readonly name: Key
  readonly fence: number
  readonly ttlMs: number
  readonly owner: LockOwner
  readonly runtime: Runtime
}

/**
 * A lock that is held, and renewed in the background until it is released or lost.
 *
 * In a process that runs, `signal` fires before anybody else can be let in. A process that is stopped cannot be told:
 * hand `fence` to whatever the lock protects, and have it refuse a smaller one than it has seen.
 *
 * @example
 * await using lock = await mutex.acquire(['account', id])
 * await ledger.write(entry, { fence: lock.fence, signal: lock.signal })
 */
export class HeldLock implements AsyncDisposable {
  readonly name: Key
  /** Greater than that of every earlier holder of the name. */
  readonly fence: number
  readonly #owner: LockOwner
  readonly #runtime: Runtime
  readonly #lost = new AbortController()
  #ttlMs: number
  #state: 'held' | 'lost' | 'released' = 'held'
  #released: Promise<boolean> | undefined
  #cancelRenewal = () => {}
  #cancelExpiry = () => {}

  /** Gives the lock back if the store can be told; if not, it ends with its time. */
  declare readonly [Symbol.asyncDispose]: () => Promise<void>

  /** @internal */
  constructor({ name, fence, ttlMs, owner, runtime }: Grant) {
    this.name = name
    this.fence = fence
    this.#ttlMs = ttlMs
    this.#owner = owner
    this.#runtime = runtime
    // Not a method with a computed name: a class that has one stays in every bundle, used or not.
    Object.defineProperty(this, asyncDispose, {
      // What the lock protected is done: no reason to report it as failed.
      value: () => this.release().then(ignore, ignore),
    })
    this.#setTimers()
  }

  /** Aborts, with `LockLostError` as the reason, when the lock is lost; never because it was released. */
  get signal(): AbortSignal {
    this.#checkTime()
    return this.#lost.signal
  }

  /**
   * Asks the store whether the lock is held by this holder still; if not, `signal` fires.
   *
   * @throws StoreError if the store gives no answer
   */
  async isHeld(): Promise<boolean> {
    if (!this.#checkTime()) return false
    const held = await this.#owner.isHeld()
    if (!held) this.#lose('the store no longer has it')
    return held && this.#checkTime()
  }

  /**
   * Holds the lock for `ttl` from now, and renews it for as long each time from then on. `false`: it is no longer held.
   *
   * @throws TypeError if `ttl` is no duration of at least 10 ms
   * @throws StoreError if the store gives no answer; the lock then goes on as before
   */
  async extend(ttl?: Duration): Promise<boolean> {
    const ttlMs = ttl === undefined ? this.#ttlMs : lockTtl(ttl)
    if (!this.#checkTime()) return false
    try {
      const patienceMs = this.#owner.time.patienceMs(ttlMs)
      const extended = await this.#owner.answered('extend', () => this.#renew(ttlMs), patienceMs)
      if (extended) this.#ttlMs = ttlMs
      return extended
    } catch (error) {
      // What time the lock has now is not known: renewed as before, it is.
      if (this.#checkTime()) this.#renewAfter(0)
      throw error
    }
  }

  /**
   * Gives the lock back; called again, it has the same answer. `true`: until then it was held.
   *
   * @throws StoreError if the store cannot be told; unless a further call can, the lock ends with its time
   */
  release(): Promise<boolean> {
    this.#released ??= this.#giveBack().catch((error) => {
      this.#released = undefined
      throw error
    })
    return this.#released
  }

  async #giveBack(): Promise<boolean> {
    const wasHeld = this.#state === 'released' || this.#checkTime()
    if (wasHeld) this.#end('released')
    const released = await this.#owner.release()
    if (!wasHeld) return false
    // The time says that it was held, the store that it was not: it has lost it, or somebody took it away.
    if (released === false && this.#runtime.now() < this.#owner.time.until)
      this.#lose('the store no longer had it')
    return released ?? true
  }

  /** Whether the lock is held as far as can be known without asking. Timers fire late in a process that is busy. */
  #checkTime(): boolean {
    if (this.#state === 'held' && this.#runtime.now() >= this.#owner.time.until) this.#runOut()
    return this.#state === 'held'
  }

  async #renew(ttlMs: number): Promise<boolean> {
    if (this.#state !== 'held') return false
    const reply = this.#owner.extend(ttlMs)
    // A shorter time counts from the moment it is asked for.
    this.#setExpiry()
    const extended = await reply
    if (this.#state !== 'held') return false
    if (extended) this.#setTimers()
    else this.#lose('the store no longer has it')
    return extended
  }

  #setTimers(): void {
    this.#setExpiry()
    this.#renewAfter(Math.max(0, this.#owner.time.renewAt - this.#runtime.now()))
  }

  #setExpiry(): void {
    this.#cancelExpiry()
    const leftMs = Math.max(0, this.#owner.time.until - this.#runtime.now())
    this.#cancelExpiry = this.#runtime.schedule(leftMs, () => this.#runOut(), true)
  }

  #renewAfter(delayMs: number): void {
    this.#cancelRenewal()
    this.#cancelRenewal = this.#runtime.schedule(
      delayMs,
      () => {
        this.#renewAfter(this.#owner.time.patienceMs(this.#ttlMs))
        this.#renew(this.#ttlMs).catch(() => {
          // Sent again until the time is over.
        })
      },
      true,
    )
  }

  #runOut(): void {
    this.#lose('its time ran out before it could be renewed')
  }

  #lose(why: string): void {
    this.#end('lost')
    this.#lost.abort(new LockLostError(`lock ${shownName(this.name)} was lost: ${why}`))
  }

  #end(state: 'lost' | 'released'): void {
    this.#state = state
    this.#cancelRenewal()
    this.#cancelExpiry()
  }
}

/** As a reader of a message knows it. */
export function shownName(name: Key): string {
  return JSON.stringify(name)
}

const ignore = (): void => {}
