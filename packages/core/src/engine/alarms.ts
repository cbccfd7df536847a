import type { Runtime } from '../runtime'

interface Alarm {
  readonly at: number
  readonly ring: () => void
}

/**
 * Many background timers on one of the runtime's, for what is nearly always cancelled before it is due: time limits and
 * heartbeats. Setting and cancelling costs a set's entry; one timer may outlast the last alarm, and then finds nothing.
 */
export class Alarms {
  readonly #runtime: Runtime
  readonly #alarms = new Set<Alarm>()
  #armedFor = Number.POSITIVE_INFINITY
  #disarm = () => {}

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  set(delayMs: number, ring: () => void): Alarm {
    const alarm = { at: this.#runtime.now() + delayMs, ring }
    this.#alarms.add(alarm)
    if (alarm.at < this.#armedFor) this.#arm(alarm.at)
    return alarm
  }

  cancel(alarm: Alarm | undefined): void {
    if (alarm) this.#alarms.delete(alarm)
  }

  #arm(at: number): void {
    this.#disarm()
    this.#armedFor = at
    this.#disarm = this.#runtime.schedule(
      Math.max(1, Math.ceil(at - this.#runtime.now())),
      () => this.#wake(),
      true,
    )
  }

  #wake(): void {
    const now = this.#runtime.now()
    this.#armedFor = Number.POSITIVE_INFINITY
    const due: Alarm[] = []
    let next = Number.POSITIVE_INFINITY
    for (const alarm of this.#alarms) {
      if (alarm.at <= now) due.push(alarm)
      else next = Math.min(next, alarm.at)
    }
    if (next < Number.POSITIVE_INFINITY) this.#arm(next)
    for (const alarm of due) if (this.#alarms.delete(alarm)) alarm.ring()
  }
}

export type { Alarm }
