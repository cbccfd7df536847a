import type { RunFacts } from '../check/run-facts'
import { CLOCKS_DIFFER_MS } from '../check/run-facts'
import type { KeyEvent } from '../history/event'

type Refused = Extract<KeyEvent, { type: 'refused' }>

/** What no fault explains where the claim, the writes and the answer are one. */
const NEVER: readonly (string | undefined)[] = [
  'INVALID_KEY',
  'FINGERPRINT_MISMATCH',
  'ABANDONED',
  'EXPIRED_KEY',
  'LEASE_LOST',
  'RESULT_UNAVAILABLE',
  'UNSETTLED',
  'CODEC',
]

/** Whether what was planned, what happened to the machine, or long waiting, explains an error. */
export function hasReason({ at, call, error, failure }: Refused, { events, waitMs }: RunFacts): boolean {
  if (error.name === 'PlannedFailure' || failure?.name === 'PlannedFailure') return true
  if (NEVER.includes(error.code)) return false
  if (error.code === 'IN_PROGRESS') {
    const called = events.find((event) => event.type === 'called' && event.call === call)
    return called !== undefined && at - called.at >= waitMs - CLOCKS_DIFFER_MS
  }
  return events.some((event) => event.type === 'fault' && event.at <= at)
}
