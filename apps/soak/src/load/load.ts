import { Idem, Mutex } from '@idem/core'
import { Random } from '@idem/harness'
import type { LoadCounts, LoadLook } from '../look'
import { NAMESPACE, type Order } from '../order'
import { answerSize } from './answer'
import { Faults, type FaultTally } from './faults'
import { forgetfulStore } from './forgetful-store'
import type { LoadQuestions } from './load-question'
import type { Meter } from './meter'
import { pickPart } from './mix/mix'
import { RecentAnswers } from './mix/recent-answers'
import { type Cast, Scene } from './mix/scene'
import { pace } from './pace'
import type { OpenedStores } from './stores/opened-stores'

/** How often what is past its keeping is removed, in shares of the time that it is kept. */
const SWEEPS_PER_RETENTION = 2
/** Longer than a busy machine ever keeps a store from answering: what is late is no fault of idem's. */
const LONGEST_CALL_MS = 10_000
/** A process that has not ended a scene by then never will. */
const LONGEST_DRAIN_MS = 120_000

/** Plays scenes at a constant rate, on one store. */
export class Load implements LoadQuestions {
  readonly #order: Order
  readonly #meter: Meter
  readonly #opened: OpenedStores
  readonly #cast: Cast
  readonly #faults = new Faults()
  readonly #playing = new Set<Promise<void>>()
  readonly #stopping = new AbortController()
  readonly #sweeper: ReturnType<typeof setInterval>
  #begun = 0

  constructor(order: Order, meter: Meter, opened: OpenedStores) {
    this.#order = order
    this.#meter = meter
    this.#opened = opened
    this.#cast = castFor(order, opened, (ms) => meter.took(ms))
    this.#sweeper = setInterval(() => {
      opened.sweep().catch((error: unknown) => this.#faults.add('sweep', error))
    }, order.retentionMs / SWEEPS_PER_RETENTION)
  }

  /** What scenes are played with. */
  get cast(): Cast {
    return this.#cast
  }

  async begin(): Promise<void> {
    void pace(this.#order.rate, this.#stopping.signal, () => this.#next())
  }

  async look(): Promise<LoadLook> {
    return { ...this.#meter.measure(), ...(await this.count()) }
  }

  async count(): Promise<LoadCounts> {
    return {
      ...this.#meter.count(),
      ...this.#opened.look(),
      listeners: this.#opened.listeners(),
      inFlight: this.#playing.size,
      scenes: this.#begun - this.#playing.size,
      faults: this.#faults.total,
      lastFault: this.#faults.last,
    }
  }

  async drain(): Promise<void> {
    this.#stopping.abort()
    let limit: ReturnType<typeof setTimeout> | undefined
    const late = new Promise<void>((resolve) => {
      limit = setTimeout(() => {
        this.#faults.add('end', new Error(`${this.#playing.size} scenes did not end`))
        resolve()
      }, LONGEST_DRAIN_MS)
    })
    await Promise.race([Promise.all(this.#playing), late])
    clearTimeout(limit)
    clearInterval(this.#sweeper)
  }

  async sweep(): Promise<void> {
    await this.#opened.sweep()
    await this.#opened.visitAll?.()
  }

  close(): Promise<void> {
    return this.#opened.close()
  }

  async faults(): Promise<readonly FaultTally[]> {
    return this.#faults.tallies
  }

  #next(): void {
    const key = `${this.#order.store}-${this.#order.seed}-${++this.#begun}`
    // One for each, so that what it decides does not depend on how scenes fall together.
    const random = new Random(key)
    const { name, act } = pickPart(random)
    const scene = new Scene(key, answerSize(random), random)
    const played = act(scene, this.#cast)
      .catch((error: unknown) => this.#faults.add(name, error))
      .then(() => void this.#playing.delete(played))
    this.#playing.add(played)
  }
}

function castFor(order: Order, opened: OpenedStores, took: Cast['took']): Cast {
  const { retentionMs, leaseMs } = order
  const storeTimeout = Math.min(LONGEST_CALL_MS, leaseMs)
  const settings = {
    namespace: NAMESPACE,
    retention: retentionMs,
    lease: leaseMs,
    storeTimeout,
    settleTimeout: '30s',
    waitTimeout: '60s',
  } as const
  const [store, otherStore] = opened.stores
  const [locks, otherLocks] = opened.locks
  return {
    idem: new Idem({ ...settings, store }),
    other: new Idem({ ...settings, store: otherStore, cache: { max: 500, maxAge: '30s' } }),
    forgetful: new Idem({ ...settings, store: forgetfulStore(store), lease: '1s', settleTimeout: '200ms' }),
    mutexes: [
      new Mutex({ store: locks, wait: '30s', storeTimeout }),
      new Mutex({ store: otherLocks, wait: '30s', storeTimeout }),
    ],
    ledger: opened.openLedger?.(settings),
    recent: new RecentAnswers(retentionMs / 2),
    places: new Map(),
    leaseMs,
    took,
  }
}
