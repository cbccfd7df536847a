import type { Runtime } from '../runtime'

/** What rings at a time, unless it was cancelled. It is its own place in the list of its {@link Alarms}. */
export abstract class Alarm {
  at = 0
  next: Alarm | undefined
  previous: Alarm | undefined
  abstract ring(): void
}

/**
 * Many background timers on one of the runtime's, for what is nearly always cancelled before it is due: time limits and
 * heartbeats. Setting and cancelling allocates nothing; one timer may outlast the last alarm, and then finds nothing.
 */
export class Alarms {
  readonly #runtime: Runtime
  /** In the order in which they were set. */
  #first: Alarm | undefined
  #last: Alarm | undefined
  #armedFor = Number.POSITIVE_INFINITY
  #disarm = () => {}

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  /** Lets it ring at that time, and at no other. */
  set(alarm: Alarm, at: number): void {
    this.cancel(alarm)
    alarm.at = at
    alarm.previous = this.#last
    if (this.#last) this.#last.next = alarm
    else this.#first = alarm
    this.#last = alarm
    if (at < this.#armedFor) this.#arm(at)
  }

  /** Whether it would have rung. */
  cancel(alarm: Alarm): boolean {
    const { next, previous } = alarm
    if (previous === undefined && this.#first !== alarm) return false
    if (previous) previous.next = next
    else this.#first = next
    if (next) next.previous = previous
    else this.#last = previous
    alarm.next = undefined
    alarm.previous = undefined
    return true
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
    let soonest = Number.POSITIVE_INFINITY
    for (let alarm = this.#first; alarm; alarm = alarm.next) {
      if (alarm.at <= now) due.push(alarm)
      else soonest = Math.min(soonest, alarm.at)
    }
    if (soonest < Number.POSITIVE_INFINITY) this.#arm(soonest)
    for (const alarm of due) if (alarm.at <= now && this.cancel(alarm)) alarm.ring()
  }
}
