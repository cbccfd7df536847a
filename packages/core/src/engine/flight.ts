import { InProgressError } from '../errors'
import type { Settings } from '../options/settings'
import type { Runtime } from '../runtime'
import type { Outcome } from './outcome'

/** An attempt that callers may have to wait for. */
export interface Busy {
  readonly attempt: number
  readonly leaseMs: number
  /** Whether it runs in another process, so that the leading caller waits too. */
  readonly elsewhere: boolean
}

/** One call of this process: it shares the flight, but leaves by its own policy. */
interface Caller {
  readonly leads: boolean
  readonly settings: Settings
  since: number
  readonly resolve: (outcome: Outcome) => void
  readonly reject: (error: unknown) => void
  stopWaiting?: () => void
  stopListening?: () => void
}

/**
 * All calls of this process for one key and payload, which share one claim, one attempt and one outcome. The caller
 * that came first leads: it is its handler that runs.
 */
export class Flight {
  readonly key: string
  readonly #runtime: Runtime
  readonly #onRefused: (error: InProgressError) => void
  readonly #callers = new Set<Caller>()
  #busy: (Busy & { readonly since: number }) | undefined
  /** Called when the last caller has left. */
  onDeserted: () => void = () => {}

  constructor(key: string, runtime: Runtime, onRefused: (error: InProgressError) => void) {
    this.key = key
    this.#runtime = runtime
    this.#onRefused = onRefused
  }

  get deserted(): boolean {
    return this.#callers.size === 0
  }

  /** Resolves with the flight's outcome; rejects if the caller leaves before there is one. */
  join(settings: Settings, signal: AbortSignal | undefined, leads: boolean): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const caller: Caller = { leads, settings, since: this.#runtime.now(), resolve, reject }
      this.#callers.add(caller)
      if (signal) {
        const leave = () => this.#leave(caller, signal.reason)
        signal.addEventListener('abort', leave)
        caller.stopListening = () => signal.removeEventListener('abort', leave)
      }
      this.#hold(caller)
    })
  }

  /** An attempt is running: callers wait for it, or leave, each by its own policy. */
  wait(busy: Busy): void {
    const before = this.#busy
    const since = this.#runtime.now()
    this.#busy = { ...busy, since }
    if (before?.elsewhere === busy.elsewhere) return
    for (const caller of [...this.#callers]) {
      // A leader whose own attempt lost its lease begins to wait only now.
      if (caller.leads && before) caller.since = since
      this.#hold(caller)
    }
  }

  /** Every caller gets the outcome. */
  finish(outcome: Outcome): void {
    this.#end((caller) => caller.resolve(outcome))
  }

  /** Every caller gets the error. */
  break(error: unknown): void {
    this.#end((caller) => caller.reject(error))
  }

  #hold(caller: Caller): void {
    caller.stopWaiting?.()
    if (this.#busy === undefined || (caller.leads && !this.#busy.elsewhere)) return
    const { onInProgress, waitTimeoutMs } = caller.settings
    const leftMs = onInProgress === 'reject' ? 0 : caller.since + waitTimeoutMs - this.#runtime.now()
    if (leftMs <= 0) this.#refuse(caller, this.#busy)
    else if (leftMs < Number.POSITIVE_INFINITY) {
      caller.stopWaiting = this.#runtime.schedule(leftMs, () => this.#refuse(caller, this.#busy as Busy))
    }
  }

  #refuse(caller: Caller, { attempt, leaseMs }: Busy): void {
    const passedMs = this.#runtime.now() - (this.#busy?.since ?? 0)
    const error = new InProgressError(
      `attempt ${attempt} of ${this.key} is running`,
      Math.max(0, Math.ceil(leaseMs - passedMs)),
    )
    this.#onRefused(error)
    this.#leave(caller, error)
  }

  #leave(caller: Caller, reason: unknown): void {
    if (!this.#callers.delete(caller)) return
    release(caller)
    caller.reject(reason)
    if (this.deserted) this.onDeserted()
  }

  #end(tell: (caller: Caller) => void): void {
    for (const caller of this.#callers) {
      release(caller)
      tell(caller)
    }
    this.#callers.clear()
  }
}

function release(caller: Caller): void {
  caller.stopWaiting?.()
  caller.stopListening?.()
}
