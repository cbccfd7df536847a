import type {
  Claim,
  ClaimOutcome,
  Completion,
  FailureReport,
  Holder,
  Lease,
  RecordPage,
  RecordQuery,
  Resolution,
  StepResult,
  Store,
  StoredRecord,
} from '../contracts/store'
import { onlyKnown } from '../options/only-known'
import { aFunction } from '../options/settings'
import { wholeNumber } from '../options/whole-number'
import { decideClaim, type Transition } from '../record/claim'
import { kept, type RecordData, shown } from '../record/record'
import {
  decideComplete,
  decideDelete,
  decideExtend,
  decideFail,
  decideRelease,
  decideResolve,
  decideSaveStep,
} from '../record/settle'
import { Watchers } from './watchers'

export interface MemoryStoreOptions {
  /** How many records are kept at most. @defaultValue 100,000 */
  readonly max?: number | undefined
  /** The store's clock, milliseconds since the epoch. @defaultValue `Date.now` */
  readonly clock?: (() => number) | undefined
}

/** How many records each claim looks at to find expired ones: more than it adds, so that what expired goes. */
const SWEPT_PER_CLAIM = 2

/**
 * Keeps records in this process, for tests and for single processes. At `max` records the longest settled gives way;
 * records without a settled answer are evidence and never do: when nothing else is left, a new key is refused.
 */
export class MemoryStore implements Store {
  readonly #max: number
  readonly #clock: () => number
  /** Settled records, the longest settled first; all others are open. */
  readonly #settled = new Map<string, RecordData>()
  readonly #open = new Map<string, RecordData>()
  readonly #watchers = new Watchers()
  #sweep: Iterator<RecordData> = this.#settled.values()
  #sweepsOpen = false
  #evictable: Iterator<string> | undefined
  #lastFence = 0

  /** @throws TypeError if an option is wrong */
  constructor(options: MemoryStoreOptions = {}) {
    const { max = 100_000, clock = Date.now } = onlyKnown(options, ['max', 'clock'])
    this.#max = wholeNumber('max', max)
    this.#clock = aFunction('clock', clock)
  }

  /** How many records and tombstones there are, expired ones that were not cleaned up yet included. */
  get size(): number {
    return this.#settled.size + this.#open.size
  }

  async claim(claim: Claim): Promise<ClaimOutcome> {
    const now = this.#clock()
    this.#sweepSome(now)
    const { key } = claim
    const found = this.#find(key)
    return this.#apply(
      key,
      found,
      decideClaim(found, claim, now, () => this.#nextFence(now)),
    )
  }

  async extend(lease: Lease): Promise<boolean> {
    return this.#decide(lease, decideExtend)
  }

  async complete(completion: Completion): Promise<boolean> {
    return this.#decide(completion, decideComplete)
  }

  async fail(report: FailureReport): Promise<boolean> {
    return this.#decide(report, decideFail)
  }

  async release(holder: Holder): Promise<boolean> {
    return this.#decide(holder, decideRelease)
  }

  async saveStep(step: StepResult): Promise<boolean> {
    return this.#decide(step, decideSaveStep)
  }

  async resolve(resolution: Resolution): Promise<boolean> {
    return this.#decide(resolution, decideResolve)
  }

  async get(key: string): Promise<StoredRecord | undefined> {
    return shown(this.#find(key), this.#clock())
  }

  async delete(key: string): Promise<boolean> {
    return this.#decide({ key }, decideDelete)
  }

  /** Pages in the order of the keys; a cursor is the last key seen. */
  async list({ prefix, state, limit, cursor }: RecordQuery): Promise<RecordPage> {
    const now = this.#clock()
    const keys = [...this.#settled.keys(), ...this.#open.keys()]
      .filter((key) => key.startsWith(prefix) && (cursor === undefined || key > cursor))
      .sort()
    const records: StoredRecord[] = []
    for (const key of keys) {
      const record = shown(this.#find(key), now)
      if (record === undefined || (state !== undefined && record.state !== state)) continue
      if (records.length === limit) return { records, cursor: (records.at(-1) as StoredRecord).key }
      records.push(record)
    }
    return { records }
  }

  async watch(key: string, onChange: () => void, signal: AbortSignal): Promise<void> {
    this.#watchers.add(key, onChange, signal)
  }

  #find(key: string): RecordData | undefined {
    return this.#open.get(key) ?? this.#settled.get(key)
  }

  #decide<Call extends { readonly key: string }>(
    call: Call,
    decision: (found: RecordData | undefined, call: Call, now: number) => Transition<boolean>,
  ): boolean {
    const found = this.#find(call.key)
    return this.#apply(call.key, found, decision(found, call, this.#clock()))
  }

  /** Across all keys, so that a key's fences grow even when its record was deleted or evicted in between. */
  #nextFence(now: number): number {
    this.#lastFence = Math.max(this.#lastFence + 1, Math.floor(now * 1000))
    return this.#lastFence
  }

  #apply<Outcome>(
    key: string,
    found: RecordData | undefined,
    { outcome, next }: Transition<Outcome>,
  ): Outcome {
    if (next === undefined) return outcome
    if (found === undefined) this.#makeRoom()
    else this.#placeOf(found).delete(key)
    if (next !== null) this.#placeOf(next).set(key, next)
    if (next?.state !== 'running') this.#watchers.notify(key)
    return outcome
  }

  #placeOf(record: RecordData): Map<string, RecordData> {
    return isSettled(record) ? this.#settled : this.#open
  }

  #makeRoom(): void {
    if (this.size < this.#max) return
    const oldest = this.#longestSettled()
    if (oldest !== undefined) this.#settled.delete(oldest)
    else this.#dropExpired()
    if (this.size < this.#max) return
    throw new Error(
      `MemoryStore holds ${this.#max} records (max), none of them settled: nothing can be evicted`,
    )
  }

  /** What is past its keeping is no record, and no reason to refuse one. */
  #dropExpired(): void {
    const now = this.#clock()
    for (const [key, record] of this.#open) if (kept(record, now) === undefined) this.#open.delete(key)
  }

  /** One iterator for all evictions: a new one would walk over the places of all that were evicted before. */
  #longestSettled(): string | undefined {
    this.#evictable ??= this.#settled.keys()
    const next = this.#evictable.next()
    if (!next.done) return next.value
    this.#evictable = this.#settled.keys()
    return this.#evictable.next().value
  }

  /** Walks round the records, a few at each claim, and drops those past their keeping: no timer, no pause. */
  #sweepSome(now: number): void {
    for (let looked = 0; looked < SWEPT_PER_CLAIM; looked++) {
      const next = this.#sweep.next()
      if (next.done) {
        this.#sweepsOpen = !this.#sweepsOpen
        this.#sweep = (this.#sweepsOpen ? this.#open : this.#settled).values()
      } else if (kept(next.value, now) === undefined) this.#placeOf(next.value).delete(next.value.key)
    }
  }
}

/** Whether it may give way to another: an unsettled record is evidence. */
const isSettled = ({ state }: RecordData): boolean => state === 'succeeded' || state === 'failed'
