import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { brought } from '../history/brought'
import type { DirectorLog } from '../history/director-log'
import { AUDITOR, type ChaosEvent } from '../history/event'
import type { SharedClock } from '../history/shared-clock'
import type { Order } from '../worker/order'
import type { Keeper } from './keeper'
import { Life } from './life'

const LOOK_AGAIN_MS = 20

/** What all orders have in common, and where each place finds the store. */
export interface FleetPlan extends Pick<Order, 'workload' | 'origin'> {
  readonly workerFile: string
  readonly urls: readonly string[]
  readonly patienceMs: number
  /** Ends all waiting. */
  readonly signal?: AbortSignal | undefined
}

/** The processes of a run: one in each place, and all those that were there before it. */
export class Fleet {
  readonly lives: Life[] = []
  readonly #plan: FleetPlan
  readonly #keeper: Keeper
  readonly #log: DirectorLog
  readonly #clock: SharedClock
  #beganAt: number | undefined
  #isClosed = false

  constructor(plan: FleetPlan, keeper: Keeper, log: DirectorLog, clock: SharedClock) {
    this.#clock = clock
    this.#plan = plan
    this.#keeper = keeper
    this.#log = log
  }

  /** Starts a process in each place, lets all of them begin when the last is ready, and gives the moment. */
  async startAll(): Promise<number> {
    for (let place = 0; place < this.#plan.urls.length; place++) this.start(place)
    while (this.lives.some((life) => life.isRunning && !life.isReady)) {
      await sleep(LOOK_AGAIN_MS, undefined, { signal: this.#plan.signal })
    }
    const beganAt = this.#clock.now()
    this.#beganAt = beganAt
    for (const life of this.lives) life.begin(beganAt)
    return beganAt
  }

  /** Starts a process in a place; it goes on where the one before it was interrupted. */
  start(place: number): void {
    if (this.#isClosed) return
    const { urls, patienceMs } = this.#plan
    const before = this.lives.filter((life) => life.place === place)
    const done = before.flatMap(({ events }) => events.flatMap(brought))
    const role = { name: 'caller', place, done, patienceMs } as const
    const life = this.#begin(`${place}.${before.length + 1}`, place, urls[place] as string, role)
    this.lives.push(life)
  }

  /** Starts the process that looks when all others have come to their end, at the server itself. */
  startAuditor(url: string): void {
    this.lives.push(this.#begin(AUDITOR, -1, url, { name: 'auditor' }))
  }

  /** Those that could be hit by a fault now. */
  get exposed(): Life[] {
    return this.lives.filter((life) => life.isRunning && !life.isStopped)
  }

  /** Lets all processes end when they have nothing left to do. */
  dismiss(): void {
    for (const life of this.lives) if (life.isRunning) life.dismiss()
  }

  /** Resolves when every process has come to its end, or after so long; then with the names of those that have not. */
  async drained(limitMs: number): Promise<string[]> {
    const { signal } = this.#plan
    const limit = new AbortController()
    const ending = signal ? AbortSignal.any([limit.signal, signal]) : limit.signal
    const ended = Promise.all(this.lives.map((life) => life.ended))
    await Promise.race([ended, sleep(limitMs, undefined, { signal: ending }).catch(() => {})])
    limit.abort()
    signal?.throwIfAborted()
    return this.lives.filter(({ isRunning }) => isRunning).map(({ name }) => name)
  }

  /** What all of them saw and did. */
  get events(): ChaosEvent[] {
    return this.lives.flatMap(({ events }) => events)
  }

  /** Kills what is left, and starts nothing more in its place. */
  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all(this.lives.filter(({ isRunning }) => isRunning).map((life) => life.kill()))
  }

  #begin(name: string, place: number, url: string, role: Order['role']): Life {
    const { workload, origin, workerFile } = this.#plan
    const logFile = join(this.#keeper.directory, `${name}.jsonl`)
    const life = new Life(
      workerFile,
      { workload, origin, life: name, logFile, url, role },
      place,
      this.#keeper,
    )
    if (this.#beganAt !== undefined) life.begin(this.#beganAt)
    void life.ended.then(() => this.#ended(life))
    return life
  }

  #ended(life: Life): void {
    if (life.failure !== undefined) this.#log.fault('died-by-itself', life.name, life.failure)
  }
}
