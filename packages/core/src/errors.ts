/** A failure as it is stored: what can be told of an error in text. Never a stack trace. */
export interface Failure {
  readonly name: string
  readonly message: string
  readonly code?: string | number | undefined
  /** JSON that the error carried in its `details`. */
  readonly details?: unknown
}

export type IdemErrorCode =
  | 'INVALID_KEY'
  | 'FINGERPRINT_MISMATCH'
  | 'IN_PROGRESS'
  | 'OPERATION_FAILED'
  | 'ABANDONED'
  | 'EXPIRED_KEY'
  | 'LEASE_LOST'
  | 'RESULT_UNAVAILABLE'
  | 'UNSETTLED'
  | 'STORE'
  | 'CODEC'
  | 'LOCK_NOT_ACQUIRED'
  | 'LOCK_LOST'
  | 'INVALID_TOKEN'

/** What idem throws. Branch on `code`: unlike the class, it survives two copies of this package. */
export abstract class IdemError extends Error {
  abstract readonly code: IdemErrorCode
}

/** The idempotency key (or scope, or name) cannot be used. Thrown before the store is called. */
export class InvalidKeyError extends IdemError {
  override readonly name = 'InvalidKeyError'
  readonly code = 'INVALID_KEY'
}

/** The key was used with another payload. Nothing ran, and the record is as it was. */
export class FingerprintMismatchError extends IdemError {
  override readonly name = 'FingerprintMismatchError'
  readonly code = 'FINGERPRINT_MISMATCH'
}

/** The operation is running elsewhere, and the caller does not wait, or has waited long enough. */
export class InProgressError extends IdemError {
  override readonly name = 'InProgressError'
  readonly code = 'IN_PROGRESS'
  constructor(
    message: string,
    /** What was left of the running attempt's lease: by then it has settled, renewed, or can be taken over. */
    readonly retryAfterMs: number,
  ) {
    super(message)
  }
}

/** The operation failed, in another call than this one; this is its failure. */
export class OperationFailedError extends IdemError {
  override readonly name = 'OperationFailedError'
  readonly code = 'OPERATION_FAILED'
  constructor(
    readonly failure: Failure,
    readonly attempt: number,
  ) {
    super(failure.message)
  }
}

/** An attempt ended without anybody knowing how, and the policy does not allow another. `cause` says more, if known. */
export class AbandonedError extends IdemError {
  override readonly name = 'AbandonedError'
  readonly code = 'ABANDONED'
  constructor(
    message: string,
    readonly attempt: number,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/** The key was used so long ago that its answer is no longer kept. */
export class ExpiredKeyError extends IdemError {
  override readonly name = 'ExpiredKeyError'
  readonly code = 'EXPIRED_KEY'
}

/** This attempt no longer owns the record: its result is not published, and no answer of the new owner can be had. */
export class LeaseLostError extends IdemError {
  override readonly name = 'LeaseLostError'
  readonly code = 'LEASE_LOST'
}

/** The operation succeeded, but its value could not be kept. */
export class ResultUnavailableError extends IdemError {
  override readonly name = 'ResultUnavailableError'
  readonly code = 'RESULT_UNAVAILABLE'
}

/** The work was done, but the store could not be told. `value` is what the work gave. */
export class UnsettledError extends IdemError {
  override readonly name = 'UnsettledError'
  readonly code = 'UNSETTLED'
  constructor(
    message: string,
    readonly value: unknown,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/** The store failed or did not answer in time; `cause` is what it threw. */
export class StoreError extends IdemError {
  override readonly name = 'StoreError'
  readonly code = 'STORE'
}

/** A value cannot be turned into text, or the text not back into a value. */
export class CodecError extends IdemError {
  override readonly name = 'CodecError'
  readonly code = 'CODEC'
}

/** The lock is held by somebody else. */
export class LockNotAcquiredError extends IdemError {
  override readonly name = 'LockNotAcquiredError'
  readonly code = 'LOCK_NOT_ACQUIRED'
}

/** The lock could not be kept: its time ran out, or somebody released it. */
export class LockLostError extends IdemError {
  override readonly name = 'LockLostError'
  readonly code = 'LOCK_LOST'
}
