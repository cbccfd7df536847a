import { type Attributes, type Context, context, trace } from '@opentelemetry/api'
import { errorType, failSpan } from './error-type'
import { storeInstruments } from './instruments'
import type { OtelSettings } from './options'
import { storeResult } from './store-result'

/** Measures calls to a store: a span each, active while the call is made, and its duration by call and result. */
export class StoreTelemetry {
  readonly #settings: OtelSettings
  readonly #duration: ReturnType<typeof storeInstruments>['duration']
  /** Where a call belongs that is made by a timer, in whose context there is somebody else, or nobody. */
  readonly #contextOf: (call: string, subject: unknown) => Context | undefined

  constructor(
    settings: OtelSettings,
    contextOf: (call: string, subject: unknown) => Context | undefined = () => undefined,
  ) {
    this.#settings = settings
    this.#duration = storeInstruments(settings.meter).duration
    this.#contextOf = contextOf
  }

  async measure(call: string, args: readonly unknown[], send: () => Promise<unknown>): Promise<unknown> {
    const { tracer, keys } = this.#settings
    const parent = this.#contextOf(call, args[0]) ?? context.active()
    const key = keys ? keyOf(args[0]) : undefined
    const attributes = { 'idem.store.call': call }
    const span = tracer.startSpan(
      `idem.store.${call}`,
      { attributes: key === undefined ? attributes : { ...attributes, 'idem.key': key } },
      parent,
    )
    const startedAt = performance.now()
    const end = (result: Attributes) => {
      this.#duration.record((performance.now() - startedAt) / 1000, { ...attributes, ...result })
      span.setAttributes(result)
      span.end()
    }
    try {
      const answer = await context.with(trace.setSpan(parent, span), send)
      end({ 'idem.store.result': storeResult(call, answer) })
      return answer
    } catch (error) {
      failSpan(span, error)
      end({ 'idem.store.result': 'failed', 'error.type': errorType(error) })
      throw error
    }
  }
}

/** Calls are about a key, or what has one. */
function keyOf(subject: unknown): string | undefined {
  if (typeof subject === 'string') return subject
  return (subject as { readonly key?: string } | undefined)?.key
}
