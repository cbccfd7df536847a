import type { Codec } from '../codec/codec'
import type { Store } from '../contracts/store'
import type { Failure } from '../errors'
import type { Observer } from '../observer'
import type { Runtime } from '../runtime'
import type { Duration } from './duration'
import type { Key } from './key'

/** What a caller does about an attempt that is running: whoever does not wait has no time to wait for. */
export type WaitOptions =
  | {
      /** `'wait'` for a running attempt, or `'reject'` at once with `InProgressError`. @defaultValue `'wait'` */
      readonly onInProgress?: 'wait' | undefined
      /** How long a caller waits for a running attempt before `InProgressError`. @defaultValue `'30s'` */
      readonly waitTimeout?: Duration | undefined
    }
  | { readonly onInProgress: 'reject' }

/** How answers are kept and told. */
export interface AnswerOptions {
  /** How long a settled record is replayed. @defaultValue `'24h'` */
  readonly retention?: Duration | undefined
  /** After retention, for how long to remember that the key was used. @defaultValue not at all */
  readonly tombstone?: Duration | undefined
  /** Codec of stored values. @defaultValue tagged JSON */
  readonly codec?: Codec | undefined
  /** How errors are stored, and thrown again to callers that replay them. @defaultValue `OperationFailedError` */
  readonly errorCodec?: ErrorCodec | undefined
  /** Above this many bytes of encoded value the record says *succeeded, value omitted*. @defaultValue 1 MiB */
  readonly maxResultBytes?: number | undefined
  /**
   * Whether another call may try again after this error; if not, the failure is final and replayed.
   * @defaultValue every error is retryable
   */
  readonly isRetryable?: ((error: unknown, attempt: number) => boolean) | undefined
}

/** What may be said once for an {@link Idem}, and again for an operation or a call, where the last word counts. */
export type OperationOptions = AnswerOptions & WaitOptions

/** Of operations that run outside a database transaction, and so can be left half done. */
export type AttemptOptions = OperationOptions & {
  /** How long a silent attempt keeps the record; renewed at a third of it. @defaultValue `'30s'` */
  readonly lease?: Duration | undefined
  /** After it the signal aborts, the lease is no longer renewed and the attempt is abandoned. @defaultValue `'1h'` */
  readonly maxRunTime?: Duration | undefined
  /** How many attempts may fail or be abandoned; the last failure is final. @defaultValue unlimited */
  readonly maxAttempts?: number | undefined
  /**
   * What follows when an attempt ended without anybody knowing how: `'rerun'` the handler, `'reject'` every call with
   * `AbandonedError` until somebody calls `resolve`, or a function that finds out.
   * @defaultValue `'rerun'`
   */
  readonly onAbandoned?: 'rerun' | 'reject' | Reconcile | undefined
  /** `'throw'`, or `'run'` the handler without protection. @defaultValue `'throw'` */
  readonly onStoreDown?: 'throw' | 'run' | undefined
  /** How long to keep trying to settle before `UnsettledError`. @defaultValue `'5s'` */
  readonly settleTimeout?: Duration | undefined
  /** How long one call to the store may take before it counts as failed. @defaultValue `'2s'` */
  readonly storeTimeout?: Duration | undefined
}

/** What a call says. */
export interface CallOptions {
  /** Names the operation; part of the stored key. */
  readonly name?: Key | undefined
  /** Whose key it is: a tenant, a user. Keys of different scopes never meet. */
  readonly scope?: Key | undefined
  /** The payload; its hash is kept, and the same key with another payload is refused. */
  readonly fingerprint?: unknown
  /** Lets the caller leave. The handler is told only when all callers of this process have left. */
  readonly signal?: AbortSignal | undefined
}

export type RunOptions = AttemptOptions & CallOptions

/** Transactions commit the claim, the writes and the answer together: nothing there can be abandoned or half done. */
export type TransactionOptions<Tx> = OperationOptions &
  CallOptions & {
    /**
     * A transaction that is open already, to be joined: the record shares its fate. If the body throws, what it has written
     * is still in there: roll that back, or back to a savepoint.
     */
    readonly tx?: Tx | undefined
  }

export type WrapOptions<Args extends readonly unknown[]> = AttemptOptions & {
  /** Names the operation; part of the stored key. */
  readonly name: Key
  /** The idempotency key of a call. */
  readonly key: (...args: Args) => Key
  /** Whose key it is. */
  readonly scope?: ((...args: Args) => Key) | undefined
  /** The payload of a call. @defaultValue all arguments */
  readonly fingerprint?: ((...args: Args) => unknown) | false | undefined
  /** The caller's way to leave. */
  readonly signal?: ((...args: Args) => AbortSignal | undefined) | undefined
}

export type IdemOptions<S extends Store = Store> = AttemptOptions & {
  /** Where records are kept. */
  readonly store: S
  /** First part of every stored key, 1 to 64 characters. @defaultValue `'idem'` */
  readonly namespace?: string | undefined
  /**
   * Keeps up to `max` final answers in this process, each for at most `maxAge`. What another process forgets is seen
   * after `maxAge` at the latest. @defaultValue off
   */
  readonly cache?: CacheOptions | undefined
  /** Is told what happens, for logs and metrics; what it throws changes no call. */
  readonly observer?: Observer | undefined
  /** Time and chance, for tests. @defaultValue the system's clock, timers and randomness */
  readonly runtime?: Runtime | undefined
}

export interface CacheOptions {
  /** How many answers are kept; the least recently used gives way. */
  readonly max: number
  /** How long an answer is kept at most. */
  readonly maxAge: Duration
}

/** Finds out what became of an abandoned attempt. If it throws, the record stays abandoned. */
export type Reconcile = (ctx: AttemptContext) => Promise<Reconciled> | Reconciled
export type Reconciled = { readonly value: unknown } | 'rerun'

/** What a handler is given. */
export interface AttemptContext {
  /** The stored key. */
  readonly key: string
  /** From 1. */
  readonly attempt: number
  /** Grows with each attempt of the key: hand it to outside systems to shut out late writers. */
  readonly fence: number
  /** Aborts when all callers of this process have left, the lease is lost, or `maxRunTime` is over. */
  readonly signal: AbortSignal
  /** Whether the attempt before this one was abandoned. */
  readonly takeover: boolean
  /**
   * Runs a part of the work once for all attempts: what it gave is saved, and later attempts get that.
   *
   * @throws LeaseLostError if another attempt has taken over
   * @throws UnsettledError if the step ran but could not be saved; unless the handler goes on and succeeds, the attempt
   * then counts as abandoned, and a caller to whom the handler leaves this error gets an AbandonedError that it has caused
   * @throws TypeError if the name was used before in this attempt
   */
  step<T>(name: string, run: () => Promise<T> | T): Promise<T>
  /** A key for an outside system, the same in every attempt, another for every key and name. */
  subkey(name: string): string
}

/** What the body of a transaction is given. */
export interface TransactionContext<Tx>
  extends Pick<AttemptContext, 'key' | 'attempt' | 'fence' | 'signal' | 'subkey'> {
  /**
   * The open transaction: what is written with it commits together with the answer. The body must not end it itself, neither
   * by a commit nor by a rollback.
   */
  readonly tx: Tx
}

/** How errors become text and come back. */
export interface ErrorCodec {
  /** @defaultValue name, message, code and JSON details */
  readonly encode?: ((error: unknown) => Failure) | undefined
  /** What callers that replay or share the failure are thrown. @defaultValue `OperationFailedError` */
  readonly decode?: ((failure: Failure, attempt: number) => Error) | undefined
}
