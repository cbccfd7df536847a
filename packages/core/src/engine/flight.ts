import type { FinalAnswer } from '../contracts/record-cache'
import type { Store } from '../contracts/store'
import { type IdemError, InProgressError } from '../errors'
import type { Settings } from '../options/settings'
import type { Engine, EventOfACall, Execution, Request } from './engine'
import { type Outcome, refused } from './outcome'
import { type Answer, type Arguments, type Persistence, StoreCall, THRICE } from './store-calls'

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
 * that came first leads: it is its handler that runs, by its settings.
 */
export class Flight<S extends Store = Store> {
  readonly engine: Engine<S>
  /** What calls must have in common to share it. */
  readonly id: string
  readonly key: string
  readonly fingerprint: string | undefined
  readonly settings: Settings
  readonly #request: Request
  #leader: Caller | undefined
  /** Made when somebody joins: most flights carry one caller. */
  #joined: Set<Caller> | undefined
  readonly #known: number
  /** When this flight last sent a call to the store, heartbeats and repetitions included. */
  sentAt: number
  #busy: Busy | undefined
  #busySince = 0
  /** Called when the last caller has left. */
  onDeserted: (() => void) | undefined

  constructor(engine: Engine<S>, request: Request, id = '') {
    this.engine = engine
    this.id = id
    this.key = request.key
    this.fingerprint = request.fingerprint
    this.settings = request.settings
    this.#request = request
    this.#known = engine.forgotten
    this.sentAt = engine.runtime.now()
  }

  get deserted(): boolean {
    return this.#leader === undefined && !this.#joined?.size
  }

  /** Resolves with what the flight comes to for this caller; rejects if the caller leaves before. */
  join(request: Request, leads: boolean): Promise<Execution<unknown>> {
    const { settings, signal } = request
    return new Promise<Outcome>((resolve, reject) => {
      const since = leads ? this.sentAt : this.engine.runtime.now()
      const caller: Caller = { leads, settings, since, resolve, reject }
      if (leads) this.#leader = caller
      else this.#joined = (this.#joined ?? new Set()).add(caller)
      if (signal) {
        const leave = () => this.#leave(caller, signal.reason)
        signal.addEventListener('abort', leave)
        caller.stopListening = () => signal.removeEventListener('abort', leave)
      }
      this.#hold(caller)
    }).then((outcome) => {
      const { attempt, replayed } = outcome
      if (leads) return { value: outcome.own(), replayed, attempt }
      // In the caller's own asynchronous context, by which observers know whose call it is.
      if (attempt > 0) this.engine.emit(request, { type: 'shared', attempt })
      else this.refuse(outcome)
      return { value: outcome.shared(), replayed: true, attempt }
    })
  }

  /** An attempt is running: callers wait for it, or leave, each by its own policy. */
  wait(busy: Busy, since = this.engine.runtime.now()): void {
    const before = this.#busy
    this.#busy = busy
    this.#busySince = since
    if (before?.elsewhere === busy.elsewhere) return
    if (this.#leader) {
      // A leader whose own attempt lost its lease begins to wait only now.
      if (before) this.#leader.since = since
      this.#hold(this.#leader)
    }
    for (const caller of this.#joined ?? []) this.#hold(caller)
  }

  /** The lease of the running attempt was renewed. */
  renewed(): void {
    this.#busySince = this.engine.runtime.now()
  }

  /** Every caller gets the outcome, and new ones begin a flight of their own. */
  finish(outcome: Outcome): void {
    this.engine.retire(this)
    const leader = this.#leader
    const joined = this.#joined
    this.#leader = undefined
    this.#joined = undefined
    for (const caller of [...(leader ? [leader] : []), ...(joined ?? [])]) {
      release(caller)
      caller.resolve(outcome)
    }
  }

  /** The outcome when nobody is left to get it; new callers begin a flight of their own. */
  desert(): Outcome {
    this.engine.retire(this)
    return refused(() => new InProgressError(`${this.key} is running`, 0))
  }

  /** Sends a call to the store, three times at most. @throws StoreError */
  send<Call extends keyof Store>(call: Call, ...args: Arguments<Call>): Promise<Answer<Call>> {
    return this.persist(THRICE, call, ...args)
  }

  /** Sends a call as often and for as long as that. @throws StoreError */
  persist<Call extends keyof Store>(
    persistence: Persistence,
    call: Call,
    ...args: Arguments<Call>
  ): Promise<Answer<Call>> {
    return new Promise((resolve, reject) => {
      new StoreCall(this, call, args, persistence, resolve, reject).send()
    })
  }

  emit(event: EventOfACall): void {
    this.engine.emit(this.#request, event)
  }

  /** Tells of a refusal, and gives it back. */
  refuse(outcome: Outcome): Outcome {
    try {
      outcome.own()
    } catch (error) {
      this.emit({ type: 'refused', error: error as IdemError })
    }
    return outcome
  }

  /**
   * Offers an answer to the local cache, unless something was forgotten since this flight began. Its retention is
   * counted from before it was true in the store, so that it ends here before it ends there.
   */
  remember(answer: FinalAnswer, since = this.sentAt): void {
    const { cache, forgotten, runtime } = this.engine
    if (this.#known !== forgotten) return
    cache?.put(this.key, { ...answer, retentionMs: answer.retentionMs - (runtime.now() - since) })
  }

  /** Offers the answer of this flight's own attempt. */
  rememberSuccess(attempt: number, value: string | undefined, since = this.sentAt): void {
    const { fingerprint, engine } = this
    if (engine.cache === undefined) return
    // Without a fingerprint of its own, a later attempt does not know the record's.
    if (fingerprint === undefined && attempt > 1) return
    const { retentionMs } = this.settings
    this.remember(
      {
        type: 'settled',
        state: 'succeeded',
        attempt,
        fingerprint,
        value,
        retryable: false,
        retentionMs,
      },
      since,
    )
  }

  #hold(caller: Caller): void {
    caller.stopWaiting?.()
    if (this.#busy === undefined || (caller.leads && !this.#busy.elsewhere)) return
    const { runtime } = this.engine
    const { onInProgress, waitTimeoutMs } = caller.settings
    const leftMs = onInProgress === 'reject' ? 0 : caller.since + waitTimeoutMs - runtime.now()
    if (leftMs <= 0) this.#refuseCaller(caller)
    else if (leftMs < Number.POSITIVE_INFINITY) {
      caller.stopWaiting = runtime.schedule(leftMs, () => this.#refuseCaller(caller))
    }
  }

  #refuseCaller(caller: Caller): void {
    const { attempt, leaseMs } = this.#busy as Busy
    const leftMs = leaseMs - (this.engine.runtime.now() - this.#busySince)
    const error = new InProgressError(
      `attempt ${attempt} of ${this.key} is running`,
      Math.max(0, Math.ceil(leftMs)),
    )
    this.emit({ type: 'refused', error })
    this.#leave(caller, error)
  }

  #leave(caller: Caller, reason: unknown): void {
    if (caller === this.#leader) this.#leader = undefined
    else this.#joined?.delete(caller)
    release(caller)
    caller.reject(reason)
    if (this.deserted) this.onDeserted?.()
  }
}

function release(caller: Caller): void {
  caller.stopWaiting?.()
  caller.stopListening?.()
}
