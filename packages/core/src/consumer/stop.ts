import { isStop } from '../engine/is-stop'
import type { AttemptContext } from '../options/options'

/**
 * What a delivery's signal tells. Until the message's attempt begins, the delivery leaves by it. From then on it is the attempt
 * that is told, and its end is waited for: whoever goes while a handler runs lets go of what the handler needs to settle.
 */
export class Stop {
  /** By which the delivery leaves. */
  readonly leave: AbortSignal | undefined
  readonly #signal: AbortSignal | undefined
  readonly #leaving = new AbortController()
  #attempt: AbortSignal | undefined
  #telling: AbortController | undefined

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal
    this.leave = signal && this.#leaving.signal
    signal?.addEventListener('abort', this.#tell)
  }

  /** Whether it is an attempt that stopped for this signal, and for nothing else. */
  isCauseOf(error: unknown): boolean {
    return !this.#attempt?.aborted && this.#signal?.aborted === true && isStop(error, this.#signal.reason)
  }

  /** What the attempt is given: its signal aborts with either. @throws what the signal says, if the delivery has left */
  begin(ctx: AttemptContext): AttemptContext {
    if (this.#signal === undefined) return ctx
    this.leave?.throwIfAborted()
    if (this.#telling === undefined) {
      const telling = new AbortController()
      const own = ctx.signal
      own.addEventListener('abort', () => telling.abort(own.reason))
      if (own.aborted) telling.abort(own.reason)
      this.#telling = telling
      this.#attempt = own
    }
    const { key, attempt, fence, takeover, step, subkey } = ctx
    return { key, attempt, fence, takeover, step, subkey, signal: this.#telling.signal }
  }

  /** The signal, which may live longer than many deliveries, is let go. */
  end(): void {
    this.#signal?.removeEventListener('abort', this.#tell)
  }

  readonly #tell = (): void => (this.#telling ?? this.#leaving).abort(this.#signal?.reason)
}
