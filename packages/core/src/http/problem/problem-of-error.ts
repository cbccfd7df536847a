import type { IdemErrorCode } from '../../errors'
import type { ProblemName } from './problem'

const NAMES: Partial<Record<IdemErrorCode, ProblemName>> = {
  INVALID_KEY: 'key-malformed',
  FINGERPRINT_MISMATCH: 'key-reused',
  IN_PROGRESS: 'in-progress',
  OPERATION_FAILED: 'attempt-failed',
  ABANDONED: 'outcome-unknown',
  LEASE_LOST: 'outcome-unknown',
  EXPIRED_KEY: 'key-expired',
  RESULT_UNAVAILABLE: 'answer-omitted',
  STORE: 'store-unavailable',
}

/** The problem that an error of idem is to a client; by its code, which two copies of this package share. */
export function problemOfError(error: unknown): ProblemName | undefined {
  const code = (error as { readonly code?: unknown } | null | undefined)?.code
  return typeof code === 'string' && Object.hasOwn(NAMES, code) ? NAMES[code as IdemErrorCode] : undefined
}
