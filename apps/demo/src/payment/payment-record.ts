import type { IdemRecord } from '@idem/core'

/** A payment's record, as clients see it. */
export interface PaymentRecord {
  readonly idempotent_key: string
  readonly status: 'PROCESSING' | 'SUCCESS' | 'FAILED' | 'UNKNOWN'
  /** The receipt of a payment that went through, else `null`. */
  readonly result: unknown
  readonly created_at: string
  readonly updated_at: string
  /** Why the last attempt failed, else `null`. */
  readonly error_message: string | null
  readonly attempt: number
}

const STATUS = {
  running: 'PROCESSING',
  succeeded: 'SUCCESS',
  failed: 'FAILED',
  abandoned: 'UNKNOWN',
} as const satisfies Record<IdemRecord['state'], PaymentRecord['status']>

export function paymentRecord(record: IdemRecord): PaymentRecord {
  return {
    idempotent_key: tokenOf(record),
    status: STATUS[record.state],
    result: record.value ?? null,
    created_at: record.createdAt.toISOString(),
    updated_at: record.updatedAt.toISOString(),
    error_message: record.failure?.message ?? null,
    attempt: record.attempt,
  }
}

/** The token as the client sent it: the last level of a stored key, whose reserved characters are percent-encoded. */
function tokenOf({ key }: IdemRecord): string {
  return decodeURIComponent(key.slice(key.lastIndexOf(':') + 1))
}
