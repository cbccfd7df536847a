import type { LocalCache } from '../cache/local-cache'
import type { Store } from '../contracts/store'
import { FingerprintMismatchError } from '../errors'
import type { IdemEvent, Observer } from '../observer'
import type { Settings } from '../options/settings'
import { differ } from '../record/claim'
import type { Runtime } from '../runtime'
import type { Call } from './call'
import { Flight } from './flight'
import { type Outcome, replayed } from './outcome'
import { StoreCalls } from './store-calls'

/** What a call came to. */
export interface Execution<T> {
  readonly value: T
  /** Whether the value is that of another call: replayed from a record, or shared with an attempt that was running. */
  readonly replayed: boolean
  /** The attempt that gave the value. */
  readonly attempt: number
}

/** A call as the face of idem has understood it: everything is checked. */
export interface Request {
  /** The stored key. */
  readonly key: string
  readonly name: string | undefined
  readonly fingerprint: string | undefined
  readonly signal: AbortSignal | undefined
  readonly settings: Settings
  /** Shares nothing with other calls of this process. */
  readonly alone?: boolean
}

/** Brings together the calls of this process, the local cache, and what drives a flight to its outcome. */
export class Engine<S extends Store = Store> {
  readonly store: S
  readonly runtime: Runtime
  readonly #cache: LocalCache | undefined
  readonly #observer: Observer | undefined
  readonly #flights = new Map<string, Flight>()
  /** How often something was forgotten: an answer that was under way meanwhile is not kept. */
  #forgotten = 0

  constructor(store: S, runtime: Runtime, cache: LocalCache | undefined, observer: Observer | undefined) {
    this.store = store
    this.runtime = runtime
    this.#cache = cache
    this.#observer = observer
  }

  /** Joins the flight that is under way for this request, or begins one that `drive` takes to its outcome. */
  async execute(
    request: Request,
    drive: (call: Call<S>, flight: Flight) => Promise<Outcome>,
  ): Promise<Execution<unknown>> {
    request.signal?.throwIfAborted()
    const cached = this.#fromCache(request)
    if (cached) return { value: cached.own(), replayed: true, attempt: cached.attempt }

    // Neither keys nor fingerprints hold a line break. Calls with another payload ask the store, and are refused there.
    const id = `${request.key}\n${request.fingerprint ?? ''}`
    const running = request.alone ? undefined : this.#flights.get(id)
    const flight = running ?? new Flight(request.key, this.runtime, (error) => this.#emit(request, { type: 'refused', error }))
    const outcome = flight.join(request.settings, request.signal, running === undefined)
    if (running === undefined) {
      if (!request.alone) this.#flights.set(id, flight)
      void this.#fly(id, flight, request, drive)
    }
    const { attempt, replayed: another, own, shared } = await outcome
    if (running === undefined) return { value: own(), replayed: another, attempt }
    this.#emit(request, { type: 'shared', attempt })
    return { value: shared(), replayed: true, attempt }
  }

  calls(request: Pick<Request, 'key' | 'name'>): StoreCalls {
    return new StoreCalls(this.runtime, (failure) => this.#emit(request, { type: 'store-failed', ...failure }))
  }

  /** Drops what is known of a key in this process. */
  forget(key: string): void {
    this.#forgotten++
    this.#cache?.delete(key)
  }

  async #fly(
    id: string,
    flight: Flight,
    request: Request,
    drive: (call: Call<S>, flight: Flight) => Promise<Outcome>,
  ): Promise<void> {
    const retire = () => {
      if (this.#flights.get(id) === flight) this.#flights.delete(id)
    }
    const known = this.#forgotten
    const { key, fingerprint, settings } = request
    const call: Call<S> = {
      key,
      fingerprint,
      settings,
      store: this.store,
      runtime: this.runtime,
      calls: this.calls(request),
      emit: (event) => this.#emit(request, event),
      remember: (answer) => {
        if (known === this.#forgotten) this.#cache?.put(key, answer)
      },
      retire,
    }
    try {
      const outcome = await drive(call, flight)
      retire()
      flight.finish(outcome)
    } catch (error) {
      retire()
      flight.break(error)
    }
  }

  #fromCache(request: Request): Outcome | undefined {
    const answer = this.#cache?.get(request.key)
    if (answer === undefined) return undefined
    if (differ(answer.fingerprint, request.fingerprint)) {
      const error = new FingerprintMismatchError(`${request.key} was used with another payload`)
      this.#emit(request, { type: 'refused', error })
      throw error
    }
    this.#emit(request, { type: 'replayed', attempt: answer.attempt, from: 'cache' })
    return replayed(answer, request.settings)
  }

  #emit({ key, name }: Pick<Request, 'key' | 'name'>, event: Parameters<Call['emit']>[0]): void {
    if (this.#observer === undefined) return
    try {
      const told: unknown = this.#observer({ ...event, key, name } as IdemEvent)
      if (told instanceof Promise) told.catch(() => {})
    } catch {
      // An observer looks on; what it throws is its own affair.
    }
  }
}
