import type { KeyEvent } from '../../history/event'
import type { KeyHistory } from '../key-history'
import { CLOCKS_DIFFER_MS } from '../run-facts'
import type { Rule } from './rule'

type Refused = Extract<KeyEvent, { type: 'refused' }>

/** No caller gets an error for which the history gives no reason. */
export const errors: Rule = {
  name: 'every error has its reason',
  *find(history) {
    for (const refused of history.all('refused')) {
      const { call, error, life } = refused
      if (!hasReason(history, refused)) {
        yield `call ${call} of ${life} got ${error.name} without a reason: ${error.message}`
      }
    }
  },
}

function hasReason(history: KeyHistory, refused: Refused): boolean {
  const { at, life, call, error } = refused
  switch (error.code) {
    case 'OPERATION_FAILED':
      return isKnownFailure(history, refused)
    case 'IN_PROGRESS':
      return at - calledAt(history, call) >= history.facts.waitMs - CLOCKS_DIFFER_MS
    case 'ABANDONED':
      return history.plan.onAbandoned === 'reject' || couldNotSave(history, life)
    case 'LEASE_LOST':
    case 'UNSETTLED':
      return history.begun.some((attempt) => attempt.life === life) && isTrouble(history, life, at)
    case 'STORE':
      return isTrouble(history, life, at)
    default:
      return isOwnError(history, refused)
  }
}

/** Whether an attempt of this process ended with a step that ran and could not be saved. */
const couldNotSave = ({ begun }: KeyHistory, life: string): boolean =>
  begun.some((attempt) => attempt.life === life && attempt.ended?.error?.code === 'UNSETTLED')

/** The failure of an attempt that ended so. */
const isKnownFailure = ({ begun }: KeyHistory, { failure, attempt }: Refused): boolean =>
  begun.some(
    ({ number, ended }) =>
      number === attempt &&
      ended?.error?.name === failure?.name &&
      ended?.error?.message === failure?.message,
  )

/** What a handler threw reaches the calls of its own process as it is. */
const isOwnError = ({ begun }: KeyHistory, { life, error }: Refused): boolean =>
  error.name === 'PlannedFailure' &&
  begun.some((attempt) => attempt.life === life && attempt.ended?.error?.message === error.message)

/** Whether there was a fault before, or the process has waited so long for a reply that its leases were in danger. */
const isTrouble = ({ facts }: KeyHistory, life: string, at: number): boolean =>
  facts.events.some((event) => {
    if (event.at > at) return false
    const isSlow = event.life === life && 'sentAt' in event && event.at - event.sentAt > facts.leaseMs / 2
    return event.type === 'fault' || isSlow
  })

const calledAt = (history: KeyHistory, call: string): number =>
  history.all('called').find((event) => event.call === call)?.at ?? Number.POSITIVE_INFINITY
