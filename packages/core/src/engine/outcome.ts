import { decodeFailure, replayedError } from '../codec/failure'
import type { Abandoned, Settled } from '../contracts/store'
import {
  AbandonedError,
  ExpiredKeyError,
  FingerprintMismatchError,
  type IdemError,
  ResultUnavailableError,
} from '../errors'
import type { Settings } from '../options/settings'
import { decodeValue, readBack } from './encode-value'

/**
 * What became of a call, as its callers will get it. Each of them calls for its own copy; a refusal or failure is thrown.
 */
export interface Outcome {
  readonly attempt: number
  /** Whether the caller that led got another's answer. */
  readonly replayed: boolean
  /** For the caller whose handler ran, if one did. */
  own(): unknown
  /** For all others. */
  shared(): unknown
}

/** The handler ran in this call and gave `value`, stored as `text` unless it was omitted. */
export function ranAndSucceeded(
  attempt: number,
  value: unknown,
  text: string | undefined,
  { codec }: Settings,
): Outcome {
  return {
    attempt,
    replayed: false,
    // Through the codec too, so that the first caller's value equals every replay's and shares memory with none.
    own: () => readBack(value, text, codec),
    shared: () => decoded(text, codec),
  }
}

/** The handler ran in this call and threw. */
export function ranAndFailed(
  attempt: number,
  error: unknown,
  text: string,
  { errorCodec }: Settings,
): Outcome {
  return {
    attempt,
    replayed: false,
    own: () => raise(error),
    shared: () => raise(replayedError(decodeFailure(text), attempt, errorCodec)),
  }
}

/** The record is settled. */
export function replayed(
  { attempt, state, value, failure }: Pick<Settled, 'attempt' | 'state' | 'value' | 'failure'>,
  { codec, errorCodec }: Settings,
): Outcome {
  return outcome(attempt, () =>
    state === 'succeeded'
      ? decoded(value, codec)
      : raise(replayedError(decodeFailure(failure), attempt, errorCodec)),
  )
}

/** The call is refused; every caller gets an error of its own. */
export const refused = (error: () => IdemError): Outcome => outcome(0, () => raise(error()))

export const mismatch = (key: string): Outcome =>
  refused(
    () =>
      new FingerprintMismatchError(`${key} was used with another payload; a new operation needs a new key`),
  )

export const expired = (key: string): Outcome =>
  refused(() => new ExpiredKeyError(`${key} was used before, and its answer is no longer kept`))

export const abandoned = (
  key: string,
  { attempt, failure }: Omit<Abandoned, 'type'>,
  cause?: unknown,
): Outcome =>
  refused(() => {
    const known = failure === undefined ? '' : ` (${decodeFailure(failure).message})`
    return new AbandonedError(
      `attempt ${attempt} of ${key} ended without anybody knowing how${known}; find out, then call resolve() or forget()`,
      attempt,
      { cause },
    )
  })

function outcome(attempt: number, give: () => unknown): Outcome {
  return { attempt, replayed: true, own: give, shared: give }
}

function decoded(text: string | undefined, codec: Settings['codec']): unknown {
  if (text !== undefined) return decodeValue(text, codec)
  throw new ResultUnavailableError('the operation succeeded, but its value could not be kept')
}

export function raise(error: unknown): never {
  throw error
}
