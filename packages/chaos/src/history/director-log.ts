import { type ChaosEvent, DIRECTOR, type ProcessEvent } from './event'
import type { SharedClock } from './shared-clock'

type Fault = Extract<ProcessEvent, { type: 'fault' }>

/** What the director of a run did, in its own memory: nobody kills it and wants to read its log. */
export class DirectorLog {
  readonly events: ChaosEvent[] = []
  readonly #clock: SharedClock

  constructor(clock: SharedClock) {
    this.#clock = clock
  }

  /** Written down before it is done: its effects come later. */
  fault(fault: Fault['fault'], victim?: string, detail?: string): void {
    this.events.push({ at: this.#clock.now(), life: DIRECTOR, type: 'fault', fault, victim, detail })
  }
}
