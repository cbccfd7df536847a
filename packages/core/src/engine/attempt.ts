import { sha256 } from '#sha256'
import type { Acquired } from '../contracts/store'
import { type IdemError, LeaseLostError, ResultUnavailableError, type StoreError, UnsettledError } from '../errors'
import { encodeKey } from '../options/key'
import type { AttemptContext } from '../options/options'
import type { Settings } from '../options/settings'
import { encodeValue } from './encode-value'

/** What an attempt needs of the engine. */
export interface AttemptPort {
  /** @throws StoreError if the store cannot be told */
  saveStep(name: string, value: string | undefined): Promise<boolean>
  onStepOmitted(name: string, error: IdemError): void
}

/** A running attempt: what its handler is given, and what the engine must know of it. */
export class Attempt implements AttemptContext {
  readonly key: string
  readonly attempt: number
  readonly fence: number
  readonly takeover: boolean
  readonly #settings: Settings
  readonly #port: AttemptPort
  readonly #saved: Map<string, string | undefined>
  readonly #used = new Set<string>()
  #controller: AbortController | undefined
  #reason: Error | undefined
  /** Whether a step ran whose result the store does not have: then a failure leaves more behind than it says. */
  hasUnsavedStep = false

  constructor(key: string, acquired: Omit<Acquired, 'type'>, settings: Settings, port: AttemptPort) {
    this.key = key
    this.attempt = acquired.attempt
    this.fence = acquired.fence
    this.takeover = acquired.takeover
    this.#settings = settings
    this.#port = port
    this.#saved = new Map(acquired.steps.map((step) => [step.name, step.value]))
  }

  /** Made when first asked for: most handlers never do. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.aborted) this.#controller.abort(this.#reason)
    }
    return this.#controller.signal
  }

  get aborted(): boolean {
    return this.#reason !== undefined
  }

  abort(reason: Error): void {
    this.#reason ??= reason
    this.#controller?.abort(this.#reason)
  }

  readonly step = async <T>(name: string, run: () => Promise<T> | T): Promise<T> => {
    encodeKey('step name', name)
    if (this.#used.has(name)) throw new TypeError(`step ${JSON.stringify(name)} was used before in this attempt`)
    this.#used.add(name)
    const { codec } = this.#settings
    if (this.#saved.has(name)) return decodeStep(name, this.#saved.get(name), codec) as T
    if (this.#reason instanceof LeaseLostError) throw this.#reason

    const value = await run()
    const { text, error } = encodeValue(value, this.#settings)
    if (error) this.#port.onStepOmitted(name, error)
    let saved: boolean
    try {
      saved = await this.#port.saveStep(name, text)
    } catch (cause) {
      this.hasUnsavedStep = true
      const message = `step ${JSON.stringify(name)} ran, but could not be saved: ${(cause as StoreError).message}`
      throw new UnsettledError(message, value, { cause })
    }
    if (!saved) {
      this.hasUnsavedStep = true
      const lost = new LeaseLostError(`attempt ${this.attempt} of ${this.key} lost its lease to another attempt`)
      this.abort(lost)
      throw lost
    }
    this.#saved.set(name, text)
    return (text === undefined ? value : codec.decode(text)) as T
  }

  /** From here on another function does the work of this attempt: step names may come again. */
  restart(): void {
    this.#used.clear()
  }

  readonly subkey = (name: string): string => sha256(`${this.key}\n${encodeKey('subkey name', name)}`)
}

function decodeStep(name: string, text: string | undefined, codec: Settings['codec']): unknown {
  if (text !== undefined) return codec.decode(text)
  throw new ResultUnavailableError(`step ${JSON.stringify(name)} is done, but its value could not be kept`)
}
