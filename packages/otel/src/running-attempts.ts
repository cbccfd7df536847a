import type { IdemEvent } from '@idem/core'
import type { Span } from '@opentelemetry/api'

type Of<Type> = Extract<IdemEvent, { type: Type }>

/** The spans of the attempts whose handlers are running, to be found by what an event says. */
export class RunningAttempts {
  readonly #spans = new Map<string, Span>()

  /** Gives what ends it. */
  add(started: Of<'started'>, span: Span): () => void {
    const id = idOf(started)
    this.#spans.set(id, span)
    return () => {
      if (this.#spans.get(id) === span) this.#spans.delete(id)
    }
  }

  /** Whether it was running, and was told. */
  leaseLost(event: Of<'lease-lost'>): boolean {
    const span = this.#spans.get(idOf(event))
    span?.addEvent('lease lost', { 'idem.lease_loss.reason': event.reason })
    return span !== undefined
  }
}

/** Neither holds a line break. */
const idOf = ({ key, attempt }: Of<'started' | 'lease-lost'>): string => `${key}\n${attempt}`
