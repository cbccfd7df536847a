import type { FinalAnswer, RecordCache } from '../contracts/record-cache'
import { type Duration, milliseconds } from '../options/duration'
import { onlyKnown } from '../options/only-known'
import { aFunction } from '../options/settings'
import { wholeNumber } from '../options/whole-number'

export interface LocalCacheOptions {
  /** How many answers are kept; the least recently used gives way. */
  readonly max: number
  /** How long an answer is kept at most. */
  readonly maxAge: Duration
  /** A clock that never goes back, in milliseconds. @defaultValue `performance.now` */
  readonly now?: (() => number) | undefined
}

interface Entry {
  readonly answer: FinalAnswer
  readonly until: number
  /** When the retention ends; not before `until`. */
  readonly retainedUntil: number
}

/** Final answers in this process: least recently used first out, and none kept past its retention. */
export class LocalCache implements RecordCache {
  readonly #max: number
  readonly #maxAgeMs: number
  readonly #now: () => number
  readonly #entries = new Map<string, Entry>()
  #oldest: Iterator<string> | undefined

  /** @throws TypeError if an option is wrong */
  constructor(options: LocalCacheOptions) {
    const { max, maxAge, now = () => performance.now() } = onlyKnown(options, ['max', 'maxAge', 'now'])
    this.#max = wholeNumber('cache max', max)
    this.#maxAgeMs = milliseconds('cache maxAge', maxAge)
    this.#now = aFunction('cache now', now)
  }

  get(key: string): FinalAnswer | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    this.#entries.delete(key)
    const now = this.#now()
    if (now >= entry.until) return undefined
    this.#entries.set(key, entry)
    return { ...entry.answer, retentionMs: entry.retainedUntil - now }
  }

  put(key: string, answer: FinalAnswer): void {
    this.#entries.delete(key)
    if (this.#entries.size >= this.#max) this.#evict()
    const now = this.#now()
    const retainedUntil = now + answer.retentionMs
    this.#entries.set(key, { answer, retainedUntil, until: Math.min(retainedUntil, now + this.#maxAgeMs) })
  }

  delete(key: string): void {
    this.#entries.delete(key)
  }

  /** One iterator for all evictions: a new one would walk over the places of all that were evicted before. */
  #evict(): void {
    this.#oldest ??= this.#entries.keys()
    const oldest = this.#oldest.next()
    if (!oldest.done) this.#entries.delete(oldest.value)
  }
}
