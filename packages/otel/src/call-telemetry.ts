import type { IdemEvent, RunOptions } from '@idem/core'
import { type Context, context, createContextKey } from '@opentelemetry/api'
import { Call } from './call'
import { callInstruments } from './instruments'
import { eventName, OperationNames } from './operation-name'
import type { OtelSettings } from './options'
import { RunningAttempts } from './running-attempts'

/** Follows the calls of one `Idem`: each is found in OpenTelemetry's context, or by what it owns where timers act for it. */
export class CallTelemetry {
  readonly settings: OtelSettings
  readonly instruments: ReturnType<typeof callInstruments>
  readonly attempts = new RunningAttempts()
  /** For whom the store is asked, by the owner that it is told. */
  readonly owners = new Map<string, Call>()
  readonly #names = new OperationNames()
  /** Of this `Idem` and no other: calls may be made in handlers of others. */
  readonly #place = createContextKey('idem call')

  constructor(settings: OtelSettings) {
    this.settings = settings
    this.instruments = callInstruments(settings.meter)
  }

  /** A call with these options, of which idem has not seen yet whether they are any. */
  begin(kind: string, options: Pick<RunOptions, 'name'> & { readonly signal?: unknown } = {}): Call {
    const { name, signal } = Object(options) as Partial<RunOptions>
    const call = new Call(this, kind, this.#names.of(eventName(name)))
    if (typeof signal !== 'function') call.signal = signal
    return call
  }

  mark(inside: Context, call: Call): Context {
    return inside.setValue(this.#place, call)
  }

  readonly observe = (event: IdemEvent): void => {
    // A lease is lost by the word of a timer, in whose context there is another call, or none.
    if (event.type === 'lease-lost' && this.attempts.leaseLost(event)) return
    if (event.type !== 'lease-lost' && event.type !== 'store-failed') this.#current()?.observe(event)
  }

  /** The context of a call to the store, if it is not the active one. */
  readonly contextOf = (name: string, subject: unknown): Context | undefined => {
    const { owner } = Object(subject) as { readonly owner?: string }
    if (owner === undefined) return undefined
    const here = this.#current()
    const call = this.owners.get(owner)
    if (call === undefined && name === 'claim') here?.owns(owner)
    return call === here ? undefined : call?.context
  }

  #current(): Call | undefined {
    return context.active().getValue(this.#place) as Call | undefined
  }
}
