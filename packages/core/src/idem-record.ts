import type { Codec } from './codec/codec'
import { decodeFailure } from './codec/failure'
import type { RecordState, StoredRecord } from './contracts/store'
import { decodeValue } from './engine/encode-value'
import type { Failure, IdemError } from './errors'

/** A record with its answer decoded. */
export interface IdemRecord {
  /** The stored key: namespace, name, scope and key. */
  readonly key: string
  /** A running record whose lease ran out is `abandoned`. */
  readonly state: RecordState
  /** Whether a failed record may be tried again. */
  readonly retryable: boolean
  readonly attempt: number
  readonly fence: number
  readonly value?: unknown
  /** Why there is no value, if it was written with another codec. */
  readonly valueError?: IdemError | undefined
  /** Whether it succeeded with a value that could not be kept. */
  readonly valueOmitted: boolean
  readonly failure?: Failure | undefined
  /** The names of the steps that are done. */
  readonly steps: readonly string[]
  readonly createdAt: Date
  readonly updatedAt: Date
  /** When it stops being kept; missing for never. */
  readonly expiresAt?: Date | undefined
  /** When the lease of the attempt ends, or ended. */
  readonly leaseUntil?: Date | undefined
}

/** An operator sees all records, also those whose values cannot be read. */
export function decodeRecord(stored: StoredRecord, codec: Codec): IdemRecord {
  const { key, state, retryable, attempt, fence, value, failure, expiresAt, leaseUntil } = stored
  return {
    key,
    state,
    retryable,
    attempt,
    fence,
    ...(value !== undefined && decoded(value, codec)),
    valueOmitted: state === 'succeeded' && value === undefined,
    failure: failure === undefined ? undefined : decodeFailure(failure),
    steps: stored.steps.map((step) => step.name),
    createdAt: new Date(stored.createdAt),
    updatedAt: new Date(stored.updatedAt),
    expiresAt: Number.isFinite(expiresAt) ? new Date(expiresAt) : undefined,
    leaseUntil: leaseUntil === undefined ? undefined : new Date(leaseUntil),
  }
}

function decoded(text: string, codec: Codec): Pick<IdemRecord, 'value' | 'valueError'> {
  try {
    return { value: decodeValue(text, codec) }
  } catch (error) {
    return { valueError: error as IdemError }
  }
}
