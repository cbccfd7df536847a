import type { LocalCache } from '../cache/local-cache'
import type { Store } from '../contracts/store'
import type { EventOrigin, IdemEvent, Observer } from '../observer'
import type { Settings } from '../options/settings'
import { differ } from '../record/claim'
import type { Runtime } from '../runtime'
import { Alarms } from './alarms'
import { Flight } from './flight'
import { mismatch, type Outcome, refused, replayed } from './outcome'

/** What a call came to. */
export interface Execution<T> {
  readonly value: T
  /** Whether the value is that of another call: replayed from a record, or shared with an attempt that was running. */
  readonly replayed: boolean
  /** The attempt that gave the value. */
  readonly attempt: number
}

/** A call as the face of idem has understood it: everything is checked. */
export interface Request extends EventOrigin {
  readonly fingerprint: string | undefined
  readonly signal: AbortSignal | undefined
  readonly settings: Settings
  /** Shares nothing with other calls of this process. */
  readonly alone?: boolean
}

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never
export type EventOfACall = Without<IdemEvent, keyof EventOrigin>

/** Brings together the calls of this process, the local cache, and what drives a flight to its outcome. */
export class Engine<S extends Store = Store> {
  readonly store: S
  readonly runtime: Runtime
  readonly cache: LocalCache | undefined
  readonly alarms: Alarms
  /** How often something was forgotten: an answer that was under way meanwhile is not kept. */
  forgotten = 0
  readonly observer: Observer | undefined
  readonly #flights = new Map<string, Flight<S>>()
  #isDiagnosed = false

  constructor(store: S, runtime: Runtime, cache: LocalCache | undefined, observer: Observer | undefined) {
    this.store = store
    this.runtime = runtime
    this.cache = cache
    this.alarms = new Alarms(runtime)
    this.observer = observer
  }

  /** Joins the flight that is under way for this request, or begins one that `drive` takes to its outcome. */
  execute(
    request: Request,
    drive: (flight: Flight<S>) => Promise<Outcome>,
  ): Promise<Execution<unknown>> | Execution<unknown> {
    request.signal?.throwIfAborted()
    const cached = this.#fromCache(request)
    if (cached) return { value: cached.own(), replayed: true, attempt: cached.attempt }

    const id = flightId(request)
    const running = request.alone ? undefined : this.#flights.get(id)
    if (running) return running.join(request, false)
    const flight = new Flight(this, request, id)
    if (!request.alone) this.#flights.set(id, flight)
    const execution = flight.join(request, true)
    drive(flight).then(
      (outcome) => flight.finish(outcome),
      (error) => flight.finish(refused(() => error)),
    )
    return execution
  }

  /** New calls no longer join this flight. */
  retire(flight: Flight<S>): void {
    if (this.#flights.get(flight.id) === flight) this.#flights.delete(flight.id)
  }

  /** Drops what is known of a key in this process; new calls no longer join what is under way. */
  forget(key: string): void {
    this.forgotten++
    this.cache?.delete(key)
    for (const flight of this.#flights.values()) if (flight.key === key) this.retire(flight)
  }

  /** Asks the store, once and in the background, what endangers its promises, for somebody to be told. */
  diagnose(flight: Flight<S>): void {
    if (this.#isDiagnosed || this.observer === undefined) return
    this.#isDiagnosed = true
    const tell = async () => {
      for (const message of (await this.store.diagnose?.()) ?? [])
        flight.emit({ type: 'store-warning', message })
    }
    tell().catch(() => {})
  }

  emit({ key, name }: EventOrigin, event: EventOfACall): void {
    if (this.observer === undefined) return
    try {
      const told: unknown = this.observer({ ...event, key, name } as IdemEvent)
      if (typeof told === 'object') Promise.resolve(told).catch(() => {})
    } catch {
      // An observer looks on; what it throws is its own affair.
    }
  }

  #fromCache(request: Request): Outcome | undefined {
    const answer = this.cache?.get(request.key)
    if (answer === undefined) return undefined
    if (differ(answer.fingerprint, request.fingerprint)) {
      return new Flight(this, request).refuse(mismatch(request.key))
    }
    this.emit(request, { type: 'replayed', attempt: answer.attempt, from: 'cache' })
    return replayed(answer, request.settings)
  }
}

/** Neither holds a line break. Calls with another payload have another flight: it is the store that refuses them. */
const flightId = ({ key, fingerprint }: Pick<Request, 'key' | 'fingerprint'>): string =>
  fingerprint === undefined ? key : `${key}\n${fingerprint}`
