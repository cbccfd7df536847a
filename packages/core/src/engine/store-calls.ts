import { describeError } from '../codec/failure'
import type { Store } from '../contracts/store'
import { StoreError } from '../errors'
import { Alarm } from './alarms'
import type { Flight } from './flight'

/** How often a call is sent before it counts as failed, where no time is given for it. */
const SENDS = 3
/** The pause before a call is sent again; doubled each time. */
const FIRST_PAUSE_MS = 20
const LONGEST_PAUSE_MS = 500

type Method<Call extends keyof Store> = NonNullable<Store[Call]>
export type Arguments<Call extends keyof Store> = Parameters<Method<Call>>
export type Answer<Call extends keyof Store> = Awaited<ReturnType<Method<Call>>>

/** How often and for how long a call is sent, until it is answered. */
export interface Persistence {
  readonly sends: number
  readonly forMs: number
  /** Whether the last failure is the end of the matter, or the like of it is sent again later. */
  readonly isFinal: boolean
}

export const ONCE: Persistence = { sends: 1, forMs: Number.POSITIVE_INFINITY, isFinal: true }
export const THRICE: Persistence = { ...ONCE, sends: SENDS }

/**
 * A call on its way to the store, sent until it is answered, as every call of the contract may be; each sending bounded
 * by `storeTimeout`. It is an alarm: its own time limit.
 */
export class StoreCall<Call extends keyof Store> extends Alarm {
  readonly #flight: Flight
  readonly #call: Call
  readonly #args: Arguments<Call>
  readonly #persistence: Persistence
  readonly #resolve: (answer: Answer<Call>) => void
  readonly #reject: (error: StoreError) => void
  /** Counted from the first sending. */
  #giveUpAt = 0
  #pauseMs = FIRST_PAUSE_MS
  #limitMs = 0
  #sent = 0
  /** Which sending is waited for: what comes of an earlier one is not heard. 0 for none. */
  #pending = 0

  constructor(
    flight: Flight,
    call: Call,
    args: Arguments<Call>,
    persistence: Persistence,
    resolve: (answer: Answer<Call>) => void,
    reject: (error: StoreError) => void,
  ) {
    super()
    this.#flight = flight
    this.#call = call
    this.#args = args
    this.#persistence = persistence
    this.#resolve = resolve
    this.#reject = reject
  }

  /** It took too long. */
  ring(): void {
    this.#fail(new Error(`no answer within ${Math.round(this.#limitMs)} ms`))
  }

  send(): void {
    const { engine, settings } = this.#flight
    const now = engine.runtime.now()
    const sending = ++this.#sent
    this.#giveUpAt ||= now + this.#persistence.forMs
    this.#pending = sending
    this.#flight.sentAt = now
    this.#limitMs = Math.max(1, Math.min(settings.storeTimeoutMs, this.#giveUpAt - now))
    engine.alarms.set(this, now + this.#limitMs)
    try {
      const method = engine.store[this.#call] as (...args: Arguments<Call>) => Promise<Answer<Call>>
      method.apply(engine.store, this.#args).then(
        (answer) => {
          if (this.#pending !== sending) return
          engine.alarms.cancel(this)
          this.#resolve(answer)
        },
        (cause) => {
          if (this.#pending === sending) this.#fail(cause)
        },
      )
    } catch (cause) {
      this.#fail(cause)
    }
  }

  #fail(cause: unknown): void {
    const { engine } = this.#flight
    this.#pending = 0
    engine.alarms.cancel(this)
    const call = this.#call
    const isLast =
      this.#sent >= this.#persistence.sends || engine.runtime.now() + this.#pauseMs >= this.#giveUpAt
    const final = isLast && this.#persistence.isFinal
    this.#flight.emit({ type: 'store-failed', call, error: cause, final })
    if (isLast) {
      this.#reject(storeError(call, cause))
      return
    }
    engine.runtime.schedule(this.#pauseMs, () => this.send())
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS)
  }
}

export function storeError(call: string, cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause
  return new StoreError(`the store failed to ${call}: ${describeError(cause).message}`, { cause })
}
