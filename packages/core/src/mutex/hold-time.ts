/**
 * The part of a lock's time that its holder relies on. The rest is for timers that fire late and for clocks that count
 * in whole milliseconds or run at slightly different speeds.
 */
const RELIED_ON = 0.95
const RENEWED_AT = 1 / 3
const SENT_AGAIN_AFTER = 0.1

/** A call that gives the lock a new time, whenever the store comes to it. */
export interface TimedCall {
  readonly sentAt: number
  readonly ttlMs: number
}

interface Pending extends TimedCall {
  /** The shortest time of all calls that the store may come to after this one. */
  surestMs: number
}

/**
 * What a holder knows of its lock's time without asking, on the local clock.
 *
 * The store counts from when a call reaches it, so counting from when the call was sent errs on the safe side. The call
 * that the store comes to last decides: as long as one is unanswered, only the shorter time is relied on.
 */
export class HoldTime {
  #until = Number.NEGATIVE_INFINITY
  #renewAt = Number.NEGATIVE_INFINITY
  #surestMs = Infinity
  readonly #pending = new Set<Pending>()
  /** The shortest time of the calls whose answer will never be known. */
  #unknownMs = Infinity

  /** Before this moment nobody else is let in. */
  get until(): number {
    return this.#until
  }

  /** When to ask for more time. */
  get renewAt(): number {
    return this.#renewAt
  }

  /** How long to wait for an answer to a call for `ttlMs` before it is sent again: there is time for several. */
  patienceMs(ttlMs: number): number {
    return Math.min(ttlMs, this.#surestMs) * SENT_AGAIN_AFTER
  }

  /** Whether the store granted anything, or may have, or may yet. */
  get mayBeHeld(): boolean {
    const granted = this.#until > Number.NEGATIVE_INFINITY
    return granted || this.#pending.size > 0 || this.#unknownMs < Infinity
  }

  sent(sentAt: number, ttlMs: number): TimedCall {
    const call: Pending = { sentAt, ttlMs, surestMs: Math.min(ttlMs, this.#unknownMs) }
    for (const other of this.#pending) {
      call.surestMs = Math.min(call.surestMs, other.ttlMs)
      other.surestMs = Math.min(other.surestMs, ttlMs)
    }
    this.#pending.add(call)
    this.#until = Math.min(this.#until, sentAt + ttlMs * RELIED_ON)
    this.#renewAt = Math.min(this.#renewAt, sentAt + ttlMs * RENEWED_AT)
    this.#surestMs = Math.min(this.#surestMs, ttlMs)
    return call
  }

  granted(call: TimedCall): void {
    const { sentAt, surestMs } = call as Pending
    this.#pending.delete(call as Pending)
    this.#surestMs = surestMs
    this.#until = Math.max(this.#until, sentAt + surestMs * RELIED_ON)
    this.#renewAt = Math.max(this.#renewAt, sentAt + surestMs * RENEWED_AT)
  }

  refused(call: TimedCall): void {
    this.#pending.delete(call as Pending)
  }

  /** The call failed: it may have reached the store, or may still do so. */
  unknown(call: TimedCall): void {
    this.#pending.delete(call as Pending)
    this.#unknownMs = Math.min(this.#unknownMs, call.ttlMs)
  }
}
