import { type Breach, type Call, countFaults, type History, type Run, sameLife } from '../history'
import { SIMULATED } from '../scenario'
import { type Case, codeOf, got } from './case'

const RULE = 'every answer has its reason'

/** No call gets an error that the history gives no reason for. */
export function* explained(subject: Case): Generator<Breach> {
  for (const call of subject.answered()) {
    if (call.answer.type !== 'error') continue
    const { error } = call.answer
    if (call.leftAt !== undefined && codeOf(error) === undefined) continue
    if (!hasReason(subject, call, error)) {
      yield { rule: RULE, message: `${got(call)} without a reason: ${String(error)}` }
    }
    if (isUndisturbed(subject.history) && isTrouble(subject, call, error)) {
      yield { rule: RULE, message: `${got(call)} ${codeOf(error)}, although one lost message does no harm` }
    }
  }
  if (!isUndisturbed(subject.history)) return
  for (const { before, attempt } of subject.ledger.grants) {
    if (before === 'abandoned')
      yield { rule: RULE, message: `attempt ${attempt} took over, although nobody had crashed` }
  }
}

function hasReason(subject: Case, call: Call, error: unknown): boolean {
  const { history, ledger } = subject
  const { options } = history.scenario
  const messages = subject.messagesOf(call)
  switch (codeOf(error)) {
    case undefined:
      return history.runs.some(
        ({ call: one, result }) => one === call && result?.type === 'error' && result.error === error,
      )
    case 'STORE':
      return countFaults(history, 'loss', 'late', 'outage', 'tick', 'lapse') > 0
    case 'IN_PROGRESS':
      return options?.onInProgress === 'reject' || waitedLong(call)
    case 'ABANDONED':
      return messages.some(
        ({ outcome, request }) =>
          request.kind === 'abandoned' || (outcome as { type?: string })?.type === 'abandoned',
      )
    case 'LEASE_LOST':
      return (
        messages.some(({ outcome }) => outcome === false) || history.runs.some((run) => isAborted(run, call))
      )
    case 'UNSETTLED':
      return history.faults.length > 0
    case 'RESULT_UNAVAILABLE':
      return ledger.publications.some(({ isOmitted }) => isOmitted)
    case 'FINGERPRINT_MISMATCH':
      return history.calls.some(
        ({ fingerprint }) => fingerprint !== undefined && fingerprint !== call.fingerprint,
      )
    case 'OPERATION_FAILED':
      return true
    default:
      return false
  }
}

/** A step of an attempt whose lease may be lost does not run. */
const isAborted = ({ abortedAt, result, ...run }: Run, call: Call): boolean =>
  sameLife(run, call) && abortedAt !== undefined && result?.type === 'error'

function waitedLong({ startedMs, answeredMs = 0 }: Call): boolean {
  return answeredMs - startedMs >= SIMULATED.waitTimeout
}

/** At most one message was lost or slow: everything must go as if it had not been. */
const isUndisturbed = (history: History): boolean =>
  countFaults(history, 'crash', 'lapse', 'outage', 'jump', 'late') === 0 &&
  countFaults(history, 'loss', 'tick') <= 1

/** An error that only faults or operators give reason for. */
function isTrouble({ ledger }: Case, _call: Call, error: unknown): boolean {
  const code = codeOf(error)
  if (code === 'LEASE_LOST') return ledger.forgottenAt.length === 0
  return code === 'STORE' || code === 'UNSETTLED' || code === 'ABANDONED'
}
