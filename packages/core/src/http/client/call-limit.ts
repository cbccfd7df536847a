import type { Runtime } from '../../runtime'

/** Ends the sendings and pauses of a call: at its deadline, or when the caller wants its answer no longer. */
export class CallLimit {
  readonly signal: AbortSignal
  readonly #runtime: Runtime
  readonly #endsAt: number
  readonly #cancel: (() => void) | undefined

  constructor(runtime: Runtime, deadlineMs: number, caller: AbortSignal | null | undefined) {
    const controller = new AbortController()
    this.#runtime = runtime
    this.#endsAt = runtime.now() + deadlineMs
    this.signal = caller ? AbortSignal.any([caller, controller.signal]) : controller.signal
    if (deadlineMs === Number.POSITIVE_INFINITY) return
    const error = () => new DOMException(`no answer within ${deadlineMs} ms (deadline)`, 'TimeoutError')
    this.#cancel = runtime.schedule(deadlineMs, () => controller.abort(error()))
  }

  get leftMs(): number {
    return this.#endsAt - this.#runtime.now()
  }

  /** @throws the signal's reason if the call ends before the pause does */
  async pause(ms: number): Promise<void> {
    const { signal } = this
    signal.throwIfAborted()
    await new Promise<void>((resolve, reject) => {
      const leave = (): void => {
        cancel()
        reject(signal.reason)
      }
      const cancel = this.#runtime.schedule(ms, () => {
        signal.removeEventListener('abort', leave)
        resolve()
      })
      signal.addEventListener('abort', leave)
    })
  }

  /** The answer has begun: from here on only the caller ends it. */
  lift(): void {
    this.#cancel?.()
  }
}
