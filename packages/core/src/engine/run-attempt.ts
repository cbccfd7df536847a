import { encodeFailure } from '../codec/failure'
import type { Acquired } from '../contracts/store'
import { AbandonedError, type IdemError, LeaseLostError, type StoreError, UnsettledError } from '../errors'
import { Attempt } from './attempt'
import type { Call, Handler } from './call'
import { encodeValue } from './encode-value'
import type { Flight } from './flight'
import { follow } from './follow'
import { Heartbeat } from './heartbeat'
import { abandoned, type Outcome, ranAndFailed, ranAndSucceeded, refused } from './outcome'
import { keepMs } from './policy'

/** A claim that was granted. */
export interface Grant extends Acquired {
  readonly owner: string
  /** When it was sent, on the runtime's clock. */
  readonly claimedAt: number
}

/** Runs the handler of an acquired record, keeps the lease alive meanwhile, and settles. */
export async function runAttempt(call: Call, flight: Flight, handler: Handler, grant: Grant): Promise<Outcome> {
  const run = new AttemptRun(call, flight, grant)
  try {
    return await run.outcome(handler)
  } finally {
    run.end()
  }
}

/** Runs the handler although the store is down, as `onStoreDown: 'run'` asks. */
export async function runUnprotected(
  call: Call,
  flight: Flight,
  handler: Handler,
  reason: StoreError,
): Promise<Outcome> {
  call.emit({ type: 'unprotected', error: reason })
  const { key, settings } = call
  const acquired = { attempt: 1, fence: Date.now() * 1000, takeover: false, steps: [] }
  const attempt = new Attempt(key, acquired, settings, { saveStep: async () => true, onStepOmitted: () => {} })
  attendTo(flight, attempt, settings.leaseMs)
  try {
    const value = await handler(attempt)
    return ranAndSucceeded(1, value, encodeValue(value, settings).text, settings)
  } catch (error) {
    return ranAndFailed(1, error, encodeFailure(error, settings.errorCodec, settings.maxResultBytes), settings)
  }
}

/** Lets the callers wait for the attempt, and tells the attempt when the last of them has left. */
function attendTo(flight: Flight, attempt: Attempt, leaseMs: number): void {
  flight.onDeserted = () => attempt.abort(new DOMException('every caller has left', 'AbortError'))
  flight.wait({ attempt: attempt.attempt, leaseMs, elsewhere: false })
}

/** The outcome of an abandoned attempt is still not known. */
class Unreconciled {
  constructor(readonly cause: unknown) {}
}

class AttemptRun {
  readonly #call: Call
  readonly #flight: Flight
  readonly #grant: Grant
  readonly #attempt: Attempt
  readonly #heartbeat: Heartbeat
  readonly #startedAt: number
  #lost = false
  #overdue = false
  /** From here on an `extend` may be refused because the record is settled. */
  #settling = false

  constructor(call: Call, flight: Flight, grant: Grant) {
    const { key, settings, store, calls, runtime } = call
    const { owner, claimedAt } = grant
    const { leaseMs, maxRunTimeMs, storeTimeoutMs } = settings
    this.#call = call
    this.#flight = flight
    this.#grant = grant
    this.#startedAt = runtime.now()
    this.#attempt = new Attempt(key, grant, settings, {
      saveStep: (name, value) =>
        calls.repeat('saveStep', storeTimeoutMs, () => store.saveStep({ key, owner, name, value })),
      onStepOmitted: (step, error) => this.#emit({ type: 'value-omitted', step, error }),
    })
    const lease = { key, owner, leaseMs, keepMs: keepMs(settings) }
    this.#heartbeat = new Heartbeat(runtime, {
      leaseMs,
      maxRunTimeMs,
      claimedAt,
      extend: () => calls.once('extend', Math.min(storeTimeoutMs, leaseMs), () => store.extend(lease), false),
      onEnd: (end) => (end === 'overdue' ? this.#giveUp() : this.#loseLease(end)),
    })
  }

  async outcome(handler: Handler): Promise<Outcome> {
    const { attempt, fence, takeover } = this.#grant
    this.#emit({ type: 'started', fence, takeover })
    attendTo(this.#flight, this.#attempt, this.#call.settings.leaseMs)
    let value: unknown
    try {
      value = await this.#work(handler)
    } catch (error) {
      if (error instanceof Unreconciled) return this.#settleUnreconciled(error.cause)
      return this.#settleFailure(error)
    }
    return this.#settleSuccess(attempt, value)
  }

  end(): void {
    this.#heartbeat.stop()
  }

  async #work(handler: Handler): Promise<unknown> {
    const { onAbandoned, maxAttempts } = this.#call.settings
    const { takeover, attempt } = this.#grant
    if (!takeover || typeof onAbandoned !== 'function') return handler(this.#attempt)
    let verdict: unknown
    try {
      verdict = await onAbandoned(this.#attempt)
    } catch (cause) {
      throw new Unreconciled(cause)
    }
    if (verdict === 'rerun') {
      if (attempt > maxAttempts) throw new Unreconciled(new Error(`all ${maxAttempts} attempts (maxAttempts) are used up`))
      this.#attempt.restart()
      return handler(this.#attempt)
    }
    if (typeof verdict === 'object' && verdict !== null && 'value' in verdict) return verdict.value
    throw new Unreconciled(new TypeError("onAbandoned must answer { value } or 'rerun'"))
  }

  async #settleSuccess(attempt: number, value: unknown): Promise<Outcome> {
    const { key, settings, store, calls, fingerprint } = this.#call
    const { retentionMs, tombstoneMs, storeTimeoutMs, settleTimeoutMs } = settings
    const { text, error } = encodeValue(value, settings)
    if (error) this.#emit({ type: 'value-omitted', error })
    if (this.#lost) return this.#follow()
    this.#settling = true
    const completion = { key, owner: this.#grant.owner, value: text, retentionMs, tombstoneMs }
    try {
      const send = () => store.complete(completion)
      const settled = await calls.repeat('complete', storeTimeoutMs, send, settleTimeoutMs)
      if (!settled) return this.#follow()
    } catch (cause) {
      return this.#unsettled(value, text, cause)
    }
    this.#emit({ type: 'succeeded', durationMs: this.#durationMs })
    if (fingerprint !== undefined || attempt === 1) {
      const answer = { type: 'settled', state: 'succeeded', attempt, fingerprint, value: text } as const
      this.#call.remember({ ...answer, retryable: false, retentionMs })
    }
    return ranAndSucceeded(attempt, value, text, settings)
  }

  /** The work is done, and only its callers know. */
  #unsettled(value: unknown, text: string | undefined, cause: unknown): Outcome {
    const { key, settings } = this.#call
    const message = `${key} ran and succeeded, but the store could not be told; see value`
    this.#emit({ type: 'unsettled', error: cause as IdemError })
    return {
      attempt: this.#grant.attempt,
      replayed: false,
      own: () => {
        throw new UnsettledError(message, value, { cause })
      },
      shared: () => {
        throw new UnsettledError(message, text === undefined ? value : settings.codec.decode(text), { cause })
      },
    }
  }

  async #settleFailure(error: unknown): Promise<Outcome> {
    const { settings } = this.#call
    const { attempt } = this.#grant
    const unknown = this.#overdue || this.#attempt.hasUnsavedStep
    const kind = unknown ? 'abandoned' : this.#mayRetry(error) ? 'retryable' : 'final'
    const failure = encodeFailure(error, settings.errorCodec, settings.maxResultBytes)
    const settled = await this.#fail(kind, failure, error)
    if (settled === false) return this.#follow()
    return ranAndFailed(attempt, error, failure, settings)
  }

  async #settleUnreconciled(cause: unknown): Promise<Outcome> {
    const { key, settings } = this.#call
    const { attempt } = this.#grant
    const failure = encodeFailure(cause, settings.errorCodec, settings.maxResultBytes)
    const settled = await this.#fail('abandoned', failure, cause)
    if (settled === false) return this.#follow()
    return abandoned(key, { type: 'abandoned', attempt, failure }, cause)
  }

  /** `undefined`: the store could not be told; then the lease runs out, and the attempt counts as abandoned. */
  async #fail(kind: 'retryable' | 'final' | 'abandoned', failure: string, error: unknown): Promise<boolean | undefined> {
    const { key, settings, store, calls } = this.#call
    const { tombstoneMs, storeTimeoutMs, settleTimeoutMs } = settings
    if (this.#lost) return false
    this.#settling = true
    const retentionMs = kind === 'abandoned' ? keepMs(settings) : settings.retentionMs
    const report = { key, owner: this.#grant.owner, kind, failure, retentionMs, tombstoneMs }
    try {
      const settled = await calls.repeat('fail', storeTimeoutMs, () => store.fail(report), settleTimeoutMs)
      if (settled) this.#emit({ type: 'failed', kind, error, durationMs: this.#durationMs })
      return settled
    } catch (cause) {
      this.#emit({ type: 'unsettled', error: cause as IdemError })
      return undefined
    }
  }

  #mayRetry(error: unknown): boolean {
    const { isRetryable, maxAttempts } = this.#call.settings
    if (this.#grant.attempt >= maxAttempts) return false
    try {
      return isRetryable(error, this.#grant.attempt)
    } catch {
      return true
    }
  }

  #follow(): Promise<Outcome> {
    this.end()
    return follow(this.#call, this.#flight, this.#grant.attempt)
  }

  #loseLease(reason: 'taken' | 'silent'): void {
    if (this.#settling) return
    const { key } = this.#call
    if (reason === 'taken') this.#lost = true
    this.#emit({ type: 'lease-lost', reason })
    this.#attempt.abort(new LeaseLostError(`attempt ${this.#grant.attempt} of ${key} lost its lease`))
  }

  /** `maxRunTime` is over: the callers stop waiting; should the handler end after all, it still settles if it can. */
  #giveUp(): void {
    const { key, settings } = this.#call
    const { attempt } = this.#grant
    const error = () =>
      new AbandonedError(`attempt ${attempt} of ${key} ran longer than ${settings.maxRunTimeMs} ms (maxRunTime)`, attempt)
    this.#overdue = true
    this.#attempt.abort(error())
    this.#call.retire()
    this.#flight.finish(refused(error))
  }

  get #durationMs(): number {
    return this.#call.runtime.now() - this.#startedAt
  }

  #emit(event: WithoutAttempt): void {
    this.#call.emit({ ...event, attempt: this.#grant.attempt } as Parameters<Call['emit']>[0])
  }
}

type OfAnAttempt = Extract<Parameters<Call['emit']>[0], { attempt: number }>
type WithoutAttempt = OfAnAttempt extends infer E ? (E extends unknown ? Omit<E, 'attempt'> : never) : never
