import type { LockHolder, LockOutcome, LockRequest, LockStore } from '../contracts/lock-store'
import { shown } from '../options/duration'
import { onlyKnown } from '../options/only-known'
import { aFunction } from '../options/settings'
import { Watchers } from './watchers'

export interface MemoryLockStoreOptions {
  /** The store's clock, milliseconds since the epoch. @defaultValue `Date.now` */
  readonly clock?: (() => number) | undefined
}

interface Lock {
  readonly name: string
  readonly owner: string
  readonly fence: number
  readonly until: number
}

/** How many locks each grant looks at to find expired ones: more than it adds, so that what expired goes. */
const SWEPT_PER_GRANT = 2

/**
 * Keeps locks in this process, for tests and for single processes. Memory grows with the locks that are held, not with
 * the names that ever were: a released lock leaves nothing, an expired one goes as further locks are granted.
 *
 * @example
 * const mutex = new Mutex({ store: new MemoryLockStore() })
 */
export class MemoryLockStore implements LockStore {
  readonly #clock: () => number
  readonly #locks = new Map<string, Lock>()
  readonly #watchers = new Watchers()
  #sweep: Iterator<Lock> | undefined
  /** Across all names, so that a name's fences grow although nothing is kept of it. */
  #lastFence = 0

  /** @throws TypeError if an option is wrong */
  constructor(options: MemoryLockStoreOptions = {}) {
    const { clock = Date.now } = onlyKnown(options, ['clock'])
    this.#clock = aFunction('clock', clock)
  }

  /** How many locks there are, expired ones that were not cleaned up yet included. */
  get size(): number {
    return this.#locks.size
  }

  async acquire({ name, owner, ttlMs }: LockRequest): Promise<LockOutcome> {
    const now = this.#clock()
    const until = end(now, ttlMs)
    const held = this.#held(name, now)
    if (held !== undefined && held.owner !== owner) return { acquired: false, ttlMs: held.until - now }
    this.#sweepSome(now)
    const fence = held?.fence ?? this.#nextFence(now)
    this.#locks.set(name, { name, owner, fence, until })
    return { acquired: true, fence, now }
  }

  async extend({ name, owner, ttlMs }: LockRequest): Promise<boolean> {
    const now = this.#clock()
    const until = end(now, ttlMs)
    const held = this.#held(name, now)
    if (held?.owner !== owner) return false
    this.#locks.set(name, { ...held, until })
    return true
  }

  async release({ name, owner }: LockHolder): Promise<boolean> {
    if (this.#held(name, this.#clock())?.owner !== owner) return false
    this.#locks.delete(name)
    this.#watchers.notify(name)
    return true
  }

  async isHeld(name: string, owner?: string): Promise<boolean> {
    const held = this.#held(name, this.#clock())
    return held !== undefined && (owner === undefined || held.owner === owner)
  }

  async watch(name: string, onChange: () => void, signal: AbortSignal): Promise<void> {
    this.#watchers.add(name, onChange, signal)
  }

  #held(name: string, now: number): Lock | undefined {
    const lock = this.#locks.get(name)
    return lock !== undefined && now < lock.until ? lock : undefined
  }

  #nextFence(now: number): number {
    this.#lastFence = Math.max(this.#lastFence + 1, Math.floor(now * 1000))
    return this.#lastFence
  }

  /** Walks round the locks, a few at each grant, and drops those whose time has run out: no timer, no pause. */
  #sweepSome(now: number): void {
    for (let looked = 0; looked < SWEPT_PER_GRANT; looked++) {
      this.#sweep ??= this.#locks.values()
      const next = this.#sweep.next()
      if (next.done) {
        this.#sweep = undefined
        return
      }
      if (now >= next.value.until) this.#locks.delete(next.value.name)
    }
  }
}

/** Compared with NaN, no lock would ever be held: what is no duration is refused before it grants anything. */
function end(now: number, ttlMs: number): number {
  if (ttlMs > 0) return now + ttlMs
  throw new TypeError(`ttlMs must be a number of milliseconds above 0; got ${shown(ttlMs)}`)
}
