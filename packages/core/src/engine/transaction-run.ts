import { encodeFailure } from '../codec/failure'
import type { TransactionalStore, TransactionGrant } from '../contracts/transactional-store'
import { StoreError } from '../errors'
import type { TransactionContext } from '../options/options'
import { Attempt } from './attempt'
import type { Call } from './call'
import { encodeValue } from './encode-value'
import type { Flight } from './flight'
import { type Outcome, ranAndFailed, ranAndSucceeded, refused } from './outcome'

/** Transactions have no steps: what they do, they do together. */
const NO_STEPS = { saveStep: async () => true, onStepOmitted: () => {} }

interface Result {
  readonly value: unknown
  readonly text: string | undefined
}

/** What the engine knows of one transaction: its body's value or error, as of the last time that it ran. */
export class TransactionRun<Tx> {
  readonly #call: Call<TransactionalStore<Tx>>
  readonly #flight: Flight
  readonly #body: (ctx: TransactionContext<Tx>) => unknown
  #attempt: Attempt | undefined
  #result: Result | undefined
  #thrown: { readonly error: unknown } | undefined
  #startedAt = 0

  constructor(
    call: Call<TransactionalStore<Tx>>,
    flight: Flight,
    body: (ctx: TransactionContext<Tx>) => unknown,
  ) {
    this.#call = call
    this.#flight = flight
    this.#body = body
  }

  /** What the store calls back. */
  readonly callbacks = {
    run: (grant: TransactionGrant<Tx>) => this.#run(grant),
    finalFailure: (error: unknown) => this.#finalFailure(error),
  }

  abort(): void {
    this.#attempt?.abort(new DOMException('every caller has left', 'AbortError'))
  }

  committed(attempt: number, isFinal: boolean): Outcome {
    const { settings, fingerprint, emit, remember, runtime } = this.#call
    const { value, text } = this.#result as Result
    emit({ type: 'succeeded', attempt, durationMs: runtime.now() - this.#startedAt })
    if (isFinal && (fingerprint !== undefined || attempt === 1)) {
      const answer = { type: 'settled', state: 'succeeded', attempt, fingerprint, value: text } as const
      remember({ ...answer, retryable: false, retentionMs: settings.retentionMs })
    }
    return ranAndSucceeded(attempt, value, text, settings)
  }

  /** The transaction is rolled back: by the body's own error, or because the database failed. */
  failed(error: unknown): Outcome {
    const { settings, emit, key } = this.#call
    const attempt = this.#attempt?.attempt ?? 1
    if (this.#thrown?.error !== error || this.#thrown === undefined) {
      const message = error instanceof Error ? error.message : String(error)
      const failure =
        error instanceof StoreError ? error : new StoreError(`the transaction of ${key} failed: ${message}`, { cause: error })
      emit({ type: 'store-failed', call: 'transact', error, final: true })
      return refused(() => failure)
    }
    const kind = this.#isRetryable(error) ? 'retryable' : 'final'
    emit({ type: 'failed', attempt, kind, error, durationMs: this.#call.runtime.now() - this.#startedAt })
    return ranAndFailed(attempt, error, this.#encode(error), settings)
  }

  async #run({ tx, attempt, fence }: TransactionGrant<Tx>): Promise<{ value?: string | undefined }> {
    const { key, settings, emit, runtime } = this.#call
    const run = new Attempt(key, { attempt, fence, takeover: false, steps: [] }, settings, NO_STEPS)
    this.#attempt = run
    this.#result = this.#thrown = undefined
    this.#startedAt = runtime.now()
    emit({ type: 'started', attempt, fence, takeover: false })
    this.#flight.wait({ attempt, leaseMs: settings.leaseMs, elsewhere: false })
    if (this.#flight.deserted) this.abort()
    let value: unknown
    try {
      const { subkey } = run
      value = await this.#body({ tx, key, attempt, fence, subkey, signal: run.signal })
    } catch (error) {
      this.#thrown = { error }
      throw error
    }
    const { text, error } = encodeValue(value, settings)
    if (error) emit({ type: 'value-omitted', attempt, error })
    this.#result = { value, text }
    return { value: text }
  }

  #finalFailure(error: unknown): string | undefined {
    return this.#isRetryable(error) ? undefined : this.#encode(error)
  }

  #isRetryable(error: unknown): boolean {
    try {
      return this.#call.settings.isRetryable(error, this.#attempt?.attempt ?? 1)
    } catch {
      return true
    }
  }

  #encode(error: unknown): string {
    const { errorCodec, maxResultBytes } = this.#call.settings
    return encodeFailure(error, errorCodec, maxResultBytes)
  }
}
