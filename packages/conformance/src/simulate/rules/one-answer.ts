import { type Breach, type Call, sameLife } from '../history'
import { type Case, codeOf, got, NEVER } from './case'

const RULE = 'one answer'

/** All callers of one key that get a value get the same one, and it is the one that the store has. */
export function* oneAnswer(subject: Case): Generator<Breach> {
  for (const call of subject.answered()) {
    if (subject.isUnprotectedCall(call)) continue
    if (call.answer.type === 'value') yield* valueIsPublished(subject, call, call.answer)
    else if (codeOf(call.answer.error) === 'OPERATION_FAILED')
      yield* failureIsShared(subject, call, call.answer.error)
  }
}

function* valueIsPublished(
  subject: Case,
  call: Call,
  { value, attempt, replayed }: { value: unknown; attempt?: number; replayed?: boolean },
): Generator<Breach> {
  const publication = subject.ledger.publications.find((one) =>
    one.isOmitted ? one.grant?.runs.some((run) => run.call === call) : one.value === value,
  )
  if (publication === undefined) {
    yield { rule: RULE, message: `${got(call)} a value that was never published` }
    return
  }
  const { grant, epoch } = publication
  const [run] = grant?.runs ?? []
  if (run && run.call.fingerprint !== call.fingerprint && !call.isEpilogue) {
    yield { rule: RULE, message: `${got(call)} the answer to another payload` }
  }
  if (grant && attempt !== grant.attempt) {
    yield {
      rule: RULE,
      message: `${got(call)} the value of attempt ${grant.attempt} as that of attempt ${attempt}`,
    }
  }
  const ran = grant?.runs.some((run) => run.call === call) ?? false
  if (replayed === ran) {
    yield {
      rule: RULE,
      message: `${got(call)} replayed: ${replayed}, but its handler ${ran ? 'ran' : 'did not run'}`,
    }
  }
  if (isForgotten(subject, call, epoch)) {
    yield { rule: RULE, message: `${got(call)} an answer that had been forgotten before it began` }
  }
}

/**
 * A forgotten record answers nobody who begins later: nobody at all in the process that forgot it, and elsewhere only
 * who is served from a cache or joins a call that began before.
 */
function isForgotten({ history, ledger }: Case, call: Call, epoch: number): boolean {
  const end = ledger.forgottenAt[epoch]
  if (end === undefined || call.startedAt < end) return false
  const own = history.calls.filter((one) => one !== call && sameLife(one, call))
  if (own.some(({ type, answeredAt = NEVER }) => type === 'forget' && answeredAt < call.startedAt))
    return true
  const joined = own.some(
    ({ startedAt, answeredAt = NEVER }) => startedAt < end && answeredAt > call.startedAt,
  )
  return !joined && history.scenario.options?.cache === undefined
}

/** Who gets the failure of another's attempt gets the failure that this attempt had. */
function* failureIsShared({ ledger }: Case, call: Call, error: unknown): Generator<Breach> {
  const { attempt, message } = error as { attempt: number; message: string }
  const isKnown = ledger.grants.some(
    ({ attempt: number, runs }) =>
      number === attempt &&
      runs.some(({ result }) => result?.type === 'error' && (result.error as Error).message === message),
  )
  if (!isKnown)
    yield { rule: RULE, message: `${got(call)} a failure that attempt ${attempt} never had: ${message}` }
}
