import { sha256 } from '#sha256'
import type { Acquired } from '../contracts/store'
import { LeaseLostError, ResultUnavailableError, UnsettledError } from '../errors'
import { encodeKey } from '../options/key'
import type { AttemptContext } from '../options/options'
import { decodeValue, encodeValue, readBack } from './encode-value'
import type { Flight } from './flight'
import { isStop } from './is-stop'

type Step = AttemptContext['step']

/** A running attempt: what its handler is given, and what the engine must know of it. */
export class Attempt implements AttemptContext {
  readonly key: string
  readonly attempt: number
  readonly fence: number
  readonly takeover: boolean
  readonly #flight: Flight
  /** Missing when the store is down: then nothing can be saved. */
  readonly #owner: string | undefined
  readonly #earlier: Acquired['steps']
  #saved: Map<string, string | undefined> | undefined
  #used: Set<string> | undefined
  #controller: AbortController | undefined
  #reason: Error | undefined
  #stepsEnd: Promise<unknown> | undefined
  /** The handler has ended. */
  isOver = false
  /** Somebody else has the record. */
  isLost = false
  /** It ran too long. */
  isOverdue = false
  /** A step ran whose result the store does not have: a failure now leaves more behind than it says. */
  hasUnsavedStep = false

  constructor(flight: Flight, { attempt, fence, takeover, steps }: Acquired, owner: string | undefined) {
    this.key = flight.key
    this.attempt = attempt
    this.fence = fence
    this.takeover = takeover
    this.#flight = flight
    this.#owner = owner
    this.#earlier = steps
  }

  /** Made when first asked for: most handlers never do. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#reason) this.#controller.abort(this.#reason)
    }
    return this.#controller.signal
  }

  /** The record is, or may be, somebody else's: known from a refused write, or feared after a lease without renewal. */
  loseLease(reason: 'taken' | 'silent'): void {
    if (this.isLost) return
    this.isLost = reason === 'taken'
    this.#flight.emit({ type: 'lease-lost', attempt: this.attempt, reason })
    this.abort(new LeaseLostError(`attempt ${this.attempt} of ${this.key} lost its lease`))
  }

  /** Why this attempt was told to stop, if it was. */
  get reason(): Error | undefined {
    return this.#reason
  }

  /** Whether this attempt was told to stop, and has for that. */
  isStoppedBy(error: unknown): boolean {
    return this.#reason !== undefined && isStop(error, this.#reason)
  }

  abort(reason: Error): void {
    this.#reason ??= reason
    this.#controller?.abort(this.#reason)
  }

  /** From here on another function does the work of this attempt: step names may come again. */
  restart(): void {
    this.#used = undefined
  }

  // Getters, so that both work when taken off the context, and cost nothing when not.
  get step(): Step {
    return (name, run) => {
      const step = this.#step(name, run)
      this.#stepsEnd = Promise.allSettled([this.#stepsEnd, step])
      return step
    }
  }

  /** Resolves when no step is running: until then nobody can say what an attempt that failed has done. */
  async stepsEnded(): Promise<void> {
    for (let end: unknown; end !== this.#stepsEnd; await end) end = this.#stepsEnd
  }

  get subkey(): (name: string) => string {
    return (name) => sha256(`${this.key}\n${encodeKey('subkey', name)}`)
  }

  async #step<T>(name: string, run: () => Promise<T> | T): Promise<T> {
    const { settings } = this.#flight
    const shown = `step ${encodeKey('step', name)}`
    this.#used ??= new Set()
    if (this.#used.has(name)) throw new TypeError(`${shown} was used before in this attempt`)
    this.#used.add(name)
    this.#saved ??= new Map(this.#earlier.map((step) => [step.name, step.value]))
    if (this.#saved.has(name)) {
      this.#tellStep(name, true)
      const text = this.#saved.get(name)
      if (text !== undefined) return decodeValue(text, settings.codec) as T
      throw new ResultUnavailableError(`${shown} is done, but its value could not be kept`)
    }
    // An attempt that is overdue renews its lease no longer, and one that has ended has settled.
    if (this.isLost || this.isOverdue || this.isOver || this.#reason instanceof LeaseLostError) {
      throw this.#refusal(shown)
    }

    const value = await run()
    const { text, error } = encodeValue(value, settings)
    if (error) this.#flight.emit({ type: 'value-omitted', attempt: this.attempt, step: name, error })
    await this.#save(name, shown, text, value)
    this.#saved.set(name, text)
    return readBack(value, text, settings.codec) as T
  }

  async #save(name: string, shown: string, text: string | undefined, value: unknown): Promise<void> {
    const { key, fence } = this
    const owner = this.#owner
    if (owner === undefined) return
    let saved: boolean
    try {
      saved = await this.#flight.send('saveStep', { key, owner, fence, name, value: text })
    } catch (cause) {
      this.hasUnsavedStep = true
      throw new UnsettledError(`${shown} ran, but could not be saved`, value, { cause })
    }
    if (saved) return this.#tellStep(name, false)
    if (!this.isOver) this.loseLease('taken')
    throw this.#refusal(shown)
  }

  #tellStep(step: string, replayed: boolean): void {
    this.#flight.emit({ type: 'step', attempt: this.attempt, step, replayed })
  }

  #refusal(shown: string): LeaseLostError {
    return new LeaseLostError(
      `attempt ${this.attempt} of ${this.key} lost its lease before ${shown} was saved`,
    )
  }
}
