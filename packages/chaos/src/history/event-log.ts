import { closeSync, openSync, writeSync } from 'node:fs'
import type { ChaosEvent, Happening } from './event'
import type { SharedClock } from './shared-clock'

/**
 * The log of one process. Each event is in the file before the call returns, in one write at the file's end: whatever kills
 * the process later, what it said stays said.
 */
export class EventLog {
  readonly #file: number
  readonly #life: string
  readonly #clock: SharedClock

  constructor(path: string, life: string, clock: SharedClock) {
    this.#file = openSync(path, 'a')
    this.#life = life
    this.#clock = clock
  }

  /** Writes an event down, and gives the time of it. */
  add(happening: Happening): number {
    const at = this.#clock.now()
    const event: ChaosEvent = { at, life: this.#life, ...happening }
    writeSync(this.#file, `${JSON.stringify(event)}\n`)
    return at
  }

  now(): number {
    return this.#clock.now()
  }

  close(): void {
    closeSync(this.#file)
  }
}
