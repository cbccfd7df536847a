import { encodeFailure } from '../codec/failure'
import type { TransactionGrant } from '../contracts/transactional-store'
import type { TransactionContext } from '../options/options'
import { Attempt } from './attempt'
import { encodeValue } from './encode-value'
import type { Flight } from './flight'
import { type Outcome, ranAndFailed, ranAndSucceeded, refused } from './outcome'
import { truthOf } from './settle'
import { storeError } from './store-calls'

/** What the engine knows of one transaction: its body's value or error, as of the last time that it ran. */
export class TransactionRun<Tx> {
  readonly #flight: Flight
  readonly #body: (ctx: TransactionContext<Tx>) => unknown
  #attempt = 1
  #context: Attempt | undefined
  #ended: { readonly value?: unknown; readonly text?: string | undefined; readonly error?: unknown } = {}
  #startedAt = 0

  constructor(flight: Flight, body: (ctx: TransactionContext<Tx>) => unknown) {
    this.#flight = flight
    this.#body = body
  }

  /** What the store calls back. */
  readonly callbacks = {
    run: (grant: TransactionGrant<Tx>) => this.#run(grant),
    finalFailure: (error: unknown) => (this.#mayRetry(error) ? undefined : this.#encode(error)),
  }

  committed(attempt: number, isFinal: boolean): Outcome {
    const { settings } = this.#flight
    const { value, text } = this.#ended
    this.#flight.emit({ type: 'succeeded', attempt, durationMs: this.#durationMs })
    if (isFinal) this.#flight.rememberSuccess(attempt, text)
    return ranAndSucceeded(attempt, value, text, settings)
  }

  /** The transaction is rolled back: by the body's own error, or because the database failed. */
  failed(error: unknown): Outcome {
    const { settings } = this.#flight
    if (!('error' in this.#ended) || this.#ended.error !== error) {
      this.#flight.emit({ type: 'store-failed', call: 'transact', error, final: true })
      return refused(() => storeError('transact', error))
    }
    const attempt = this.#attempt
    const kind = this.#mayRetry(error) ? 'retryable' : 'final'
    this.#flight.emit({ type: 'failed', attempt, kind, error, durationMs: this.#durationMs })
    return ranAndFailed(attempt, error, this.#encode(error), settings)
  }

  async #run({ tx, attempt, fence }: TransactionGrant<Tx>): Promise<{ value?: string | undefined }> {
    const flight = this.#flight
    const { key, settings, engine } = flight
    const { context, abort } = contextOf(flight, attempt, fence)
    this.#context = context
    const { subkey } = context
    this.#attempt = attempt
    this.#startedAt = engine.runtime.now()
    flight.emit({ type: 'started', attempt, fence, takeover: false })
    flight.onDeserted = abort
    flight.wait({ attempt, leaseMs: settings.leaseMs, elsewhere: false })
    if (flight.deserted) abort()
    let value: unknown
    try {
      value = await this.#body({
        ...{ tx, key, attempt, fence, subkey },
        // Made when first asked for, as for attempts.
        get signal() {
          return context.signal
        },
      })
    } catch (error) {
      this.#ended = { error }
      throw error
    }
    const { text, error } = encodeValue(value, settings)
    if (error) flight.emit({ type: 'value-omitted', attempt, error })
    this.#ended = { value, text }
    return { value: text }
  }

  get #durationMs(): number {
    return this.#flight.engine.runtime.now() - this.#startedAt
  }

  /** Whoever stopped because it was told to has not failed for good, whatever its policy says of errors. */
  #mayRetry(error: unknown): boolean {
    if (this.#context?.isStoppedBy(error)) return true
    return truthOf(() => this.#flight.settings.isRetryable(error, this.#attempt))
  }

  #encode(error: unknown): string {
    const { errorCodec, maxResultBytes } = this.#flight.settings
    return encodeFailure(error, errorCodec, maxResultBytes)
  }
}

/** Transactions have no steps: what they do, they do together. */
function contextOf(flight: Flight, attempt: number, fence: number) {
  const acquired = { type: 'acquired', attempt, fence, takeover: false, steps: [] } as const
  const context = new Attempt(flight, acquired, undefined)
  const abort = () => context.abort(new DOMException('every caller has left', 'AbortError'))
  return { context, abort }
}
