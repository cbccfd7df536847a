import type { IdemEvent } from '@idem/core'
import { type Attributes, type Context, context, type Span, SpanKind, trace } from '@opentelemetry/api'
import type { CallTelemetry } from './call-telemetry'
import { codeOf, failSpan, OUTCOME_OF_CODE } from './error-type'
import type { OperationAttribute } from './operation-name'

/** One call of a caller: its span, and that of the attempt if it is its handler that runs. */
export class Call {
  readonly #telemetry: CallTelemetry
  readonly #operation: OperationAttribute
  readonly #span: Span
  /** In which everything happens that is done for this call. */
  readonly context: Context
  readonly #startedAt = performance.now()
  readonly #owners: string[] = []
  #isWaiting = true
  #ran = false
  /** The call itself, and its handler: either may be the last to end. */
  #open = 1
  #started: Extract<IdemEvent, { type: 'started' }> | undefined
  #answered: 'replayed' | 'shared' | 'unprotected' | undefined
  #thrown: { readonly error: unknown } | undefined
  /** The caller's own, by which it can leave. */
  signal: AbortSignal | undefined

  constructor(telemetry: CallTelemetry, kind: string, operation: OperationAttribute) {
    this.#telemetry = telemetry
    this.#operation = operation
    const parent = context.active()
    const name = operation['idem.operation.name']
    this.#span = telemetry.settings.tracer.startSpan(
      name === undefined ? `idem.${kind}` : `idem.${kind} ${name}`,
      { kind: SpanKind.INTERNAL, attributes: { ...operation } },
      parent,
    )
    this.context = telemetry.mark(trace.setSpan(parent, this.#span), this)
    telemetry.instruments.waitingCallers.add(1, operation)
  }

  /** Whether its handler never ran: then what it got was another's answer. */
  get wasSpared(): boolean {
    return !this.#ran
  }

  /** Runs what the caller asked for. */
  async run<T>(send: () => Promise<T>, replayed: (result: T) => boolean): Promise<T> {
    try {
      const result = await context.with(this.context, send)
      this.#end(this.#answered ?? (replayed(result) ? 'replayed' : 'executed'))
      return result
    } catch (error) {
      failSpan(this.#span, error)
      this.#end(this.#outcomeOf(error), { 'error.type': this.#metricType(error) })
      throw error
    }
  }

  /** Runs the handler in the attempt's span, so that what it does is told as a part of the attempt. */
  async attempt<T>(handler: () => T): Promise<Awaited<T>> {
    const { settings, instruments } = this.#telemetry
    const started = this.#started
    this.#stopWaiting()
    this.#ran = true
    this.#open++
    instruments.activeAttempts.add(1, this.#operation)
    const attributes: Attributes = { ...this.#operation }
    if (started) {
      attributes['idem.attempt.number'] = started.attempt
      attributes['idem.attempt.takeover'] = started.takeover
      if (settings.keys) attributes['idem.key'] = started.key
    }
    const parent = context.active()
    const span = settings.tracer.startSpan('idem.attempt', { attributes }, parent)
    const forget = started && this.#telemetry.attempts.add(started, span)
    try {
      return await context.with(trace.setSpan(parent, span), handler)
    } catch (error) {
      this.#thrown = { error }
      failSpan(span, error)
      throw error
    } finally {
      forget?.()
      span.end()
      instruments.activeAttempts.add(-1, this.#operation)
      this.#close()
    }
  }

  /** What the engine tells of this call, in its context. */
  observe(event: IdemEvent): void {
    if (event.type === 'started') this.#started = event
    if (event.type === 'replayed' || event.type === 'shared' || event.type === 'unprotected')
      this.#answered = event.type
    // What was begun for a caller that has left is gone on with for others.
    if (!this.#span.isRecording()) return
    if (event.type === 'waiting') this.#span.addEvent('waiting')
    if (event.type === 'replayed') this.#span.setAttribute('idem.replay.source', event.from)
    if ('attempt' in event) this.#span.setAttribute('idem.attempt.number', event.attempt)
    if (this.#telemetry.settings.keys) this.#span.setAttribute('idem.key', event.key)
  }

  /** The store is asked on behalf of this owner, and may be again, by timers that know of no call. */
  owns(owner: string): void {
    if (this.#owners.includes(owner) || this.#open === 0) return
    this.#owners.push(owner)
    this.#telemetry.owners.set(owner, this)
  }

  #end(outcome: string, more: Attributes = {}): void {
    const seconds = (performance.now() - this.#startedAt) / 1000
    const attributes = { ...this.#operation, 'idem.outcome': outcome, ...more }
    this.#telemetry.instruments.duration.record(seconds, attributes)
    this.#span.setAttribute('idem.outcome', outcome)
    this.#span.end()
    this.#stopWaiting()
    this.#close()
  }

  #outcomeOf(error: unknown): string {
    if (this.#thrown?.error === error) return this.#answered ?? 'failed'
    if (this.#signalled(error)) return 'aborted'
    const code = codeOf(error)
    return this.#answered ?? (code ? OUTCOME_OF_CODE[code] : this.#thrown ? 'failed' : 'invalid')
  }

  #signalled(error: unknown): boolean {
    return this.signal?.aborted === true && this.signal.reason === error
  }

  /** Names of users' errors are theirs, and as many as they like. */
  #metricType(error: unknown): string {
    return this.#thrown?.error === error
      ? '_OTHER'
      : (codeOf(error) ?? (error instanceof TypeError ? 'TypeError' : '_OTHER'))
  }

  #stopWaiting(): void {
    if (this.#isWaiting) this.#telemetry.instruments.waitingCallers.add(-1, this.#operation)
    this.#isWaiting = false
  }

  #close(): void {
    this.#open--
    if (this.#open === 0) for (const owner of this.#owners) this.#telemetry.owners.delete(owner)
  }
}
