import type { IdemErrorCode } from '@idem/core'
import { type Span, SpanStatusCode } from '@opentelemetry/api'
import { OTHER } from './operation-name'

/** What is a name, and not a sentence that somebody put into its place. */
const NAME = /^[\w$]{1,64}$/

const nameOr = (given: unknown): string | undefined =>
  (typeof given === 'string' || typeof given === 'number') && NAME.test(`${given}`) ? `${given}` : undefined

function read(error: unknown, property: 'name' | 'code'): string | undefined {
  try {
    return nameOr((error as Partial<Record<string, unknown>> | null | undefined)?.[property])
  } catch {
    return undefined
  }
}

/** The code of an error of idem, for it is the same in every copy of core; of others the name. Never a message. */
export function errorType(error: unknown): string {
  return codeOf(error) ?? read(error, 'name') ?? OTHER
}

/** The code of an error of idem. Those of others are anything, and many. */
export function codeOf(error: unknown): IdemErrorCode | undefined {
  const code = read(error, 'code')
  return code !== undefined && Object.hasOwn(OUTCOME_OF_CODE, code) ? (code as IdemErrorCode) : undefined
}

/** What a call came to, of which this is the error: each code has an answer, so that a new one is not forgotten. */
export const OUTCOME_OF_CODE = {
  INVALID_KEY: 'invalid',
  FINGERPRINT_MISMATCH: 'mismatched',
  IN_PROGRESS: 'rejected',
  OPERATION_FAILED: 'replayed',
  ABANDONED: 'abandoned',
  EXPIRED_KEY: 'expired',
  LEASE_LOST: 'lease_lost',
  RESULT_UNAVAILABLE: 'replayed',
  UNSETTLED: 'unsettled',
  STORE: 'store_failed',
  CODEC: 'invalid',
  LOCK_NOT_ACQUIRED: 'failed',
  LOCK_LOST: 'failed',
  INVALID_TOKEN: 'invalid',
} as const satisfies Record<IdemErrorCode, string>

/** Says of a span that it failed and with what, by name and code: messages and stacks may hold anything. */
export function failSpan(span: Span, error: unknown): void {
  const type = errorType(error)
  const code = read(error, 'code')
  span.addEvent('exception', {
    'exception.type': read(error, 'name') ?? type,
    ...(code !== undefined && { 'idem.error.code': code }),
  })
  span.setAttribute('error.type', type)
  span.setStatus({ code: SpanStatusCode.ERROR })
}
