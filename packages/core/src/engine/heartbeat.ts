import type { Holder } from '../contracts/store'
import { Alarm } from './alarms'
import type { Flight } from './flight'
import { keepMs } from './policy'
import { ONCE, type Persistence } from './store-calls'

/** A renewal is sent once: the next one comes anyway. */
const BEAT: Persistence = { ...ONCE, isFinal: false }

/** What ends an attempt's hold: somebody has the record, the lease ran out unrenewed, or the time is over. */
export type HeartbeatEnd = 'taken' | 'silent' | 'overdue'

/**
 * Renews the lease of a running attempt at a third of it, more often while that fails. The lease is counted from when
 * the claim or renewal was *sent*, so that it ends here before it ends in the store.
 */
export class Heartbeat extends Alarm {
  readonly #flight: Flight
  readonly #holder: Omit<Holder, 'key'>
  /** After `silent` it goes on trying: the record may still be ours. */
  readonly #onEnd: (end: HeartbeatEnd) => void
  readonly #overdueAt: number
  #leaseEndsAt: number
  #nextBeatAt: number
  #isSilent = false
  #isStopped = false

  constructor(
    flight: Flight,
    holder: Omit<Holder, 'key'>,
    claimedAt: number,
    onEnd: (end: HeartbeatEnd) => void,
  ) {
    super()
    const { leaseMs, maxRunTimeMs } = flight.settings
    this.#flight = flight
    this.#holder = holder
    this.#onEnd = onEnd
    this.#leaseEndsAt = claimedAt + leaseMs
    this.#nextBeatAt = claimedAt + leaseMs / 3
    this.#overdueAt = claimedAt + maxRunTimeMs
    this.#arm()
  }

  stop(): void {
    this.#isStopped = true
    this.#flight.engine.alarms.cancel(this)
  }

  #arm(): void {
    const leaseEndsAt = this.#isSilent ? Number.POSITIVE_INFINITY : this.#leaseEndsAt
    this.#flight.engine.alarms.set(this, Math.min(this.#overdueAt, this.#nextBeatAt, leaseEndsAt))
  }

  /** It is time for a renewal, or too late for one. */
  ring(): void {
    const now = this.#flight.engine.runtime.now()
    if (now >= this.#overdueAt) {
      this.stop()
      this.#onEnd('overdue')
      return
    }
    if (!this.#isSilent && now >= this.#leaseEndsAt) {
      this.#isSilent = true
      this.#onEnd('silent')
    }
    if (now >= this.#nextBeatAt) void this.#beat(now)
    this.#arm()
  }

  async #beat(sentAt: number): Promise<void> {
    const { engine, settings, key } = this.#flight
    const { leaseMs } = settings
    const lease = { key, ...this.#holder, leaseMs, keepMs: keepMs(settings) }
    this.#nextBeatAt = Number.POSITIVE_INFINITY
    const held = await this.#flight.persist(BEAT, 'extend', lease).catch(() => undefined)
    if (this.#isStopped) return
    if (held) {
      this.#leaseEndsAt = sentAt + leaseMs
      this.#nextBeatAt = sentAt + leaseMs / 3
      this.#flight.renewed()
    } else if (held === false) this.#onEnd('taken')
    else this.#nextBeatAt = engine.runtime.now() + leaseMs / 10
    // Also when nothing is left to renew: a handler that never ends must be given up all the same.
    this.#arm()
  }
}
