import { type Breach, type Call, claimOutcome, lifeOf, type Run, sameLife } from '../history'
import { FINAL } from '../scenario'
import { type Case, codeOf, got, isHeard, NEVER } from './case'
import { type Grant, resultOf, saysRerun } from './ledger'

const RULE = 'nothing is guessed'

/** What became of an attempt is known, or asked, or said to be unknown. */
export function* nothingGuessed(subject: Case): Generator<Breach> {
  for (const run of subject.history.runs) yield* runIsAllowed(subject, run)
  for (const grant of subject.ledger.grants) {
    if (grant.isReleased && grant.runs.length > 0)
      yield {
        rule: RULE,
        message: `attempt ${grant.attempt} of ${lifeOf(grant)} was given back, and had begun`,
      }
    yield* policyIsFollowed(subject, grant)
    yield* waitersShare(subject, grant)
  }
  yield* settlesAreTrue(subject)
  for (const call of subject.answered()) yield* doneWorkIsNotDenied(subject, call)
}

/** Every run has been granted, and each grant allows one. */
function* runIsAllowed(subject: Case, run: Run): Generator<Breach> {
  if (subject.isUnprotected(run)) {
    if (
      subject.messagesOf(run).some((message) => isHeard(message) && claimOutcome(message)?.type === 'running')
    ) {
      yield { rule: RULE, message: `${lifeOf(run)} ran unprotected beside an attempt that it knew of` }
    }
    return
  }
  const grant = subject.ledger.grantOf(run)
  const what = `the ${run.kind} of attempt ${run.context.attempt} in ${lifeOf(run)}`
  if (grant === undefined) yield { rule: RULE, message: `${what} ran without a grant` }
  else if (grant.runs.find(({ kind }) => kind === run.kind) !== run)
    yield { rule: RULE, message: `${what} ran twice` }
}

/** How the last attempt ended in which anything was begun. */
function endBefore(grant: Grant): 'none' | 'failed' | 'abandoned' {
  for (let before = grant.previous; before; before = before.previous) {
    if (before.runs.length === 0) continue
    return before.settled?.kind === 'retryable' || before.settled?.kind === 'final' ? 'failed' : 'abandoned'
  }
  return 'none'
}

/** After an attempt that nobody knows the end of, only what the policy allows. */
function* policyIsFollowed({ history }: Case, grant: Grant): Generator<Breach> {
  const { onAbandoned = 'rerun' } = history.scenario
  const handler = grant.runs.find(({ kind }) => kind === 'handler')
  if (handler === undefined || endBefore(grant) !== 'abandoned') return
  const what = `the handler ran again in ${lifeOf(grant)} after an abandoned attempt`
  if (onAbandoned === 'reject') yield { rule: RULE, message: `${what}, which the policy forbids` }
  if (!handler.context.takeover) yield { rule: RULE, message: `${what}, and was not told so` }
  if (typeof onAbandoned !== 'function') return
  if (!grant.runs.some(saysRerun))
    yield { rule: RULE, message: `${what}, although reconcile had not said so` }
}

/** Who waits for an attempt shares its failure, and does not run the next one because of it. */
function* waitersShare(subject: Case, grant: Grant): Generator<Breach> {
  const { previous, before, runs } = grant
  const [run] = runs
  if (before !== 'retryable' || previous === undefined || run === undefined) return
  const isAlone = subject.history.calls.every(
    (call) => call === run.call || !sameLife(call, run) || call.type !== 'execute',
  )
  const waited = subject.messagesOf(run).some((message) => {
    const outcome = claimOutcome(message)
    return (
      outcome?.type === 'running' &&
      outcome.fence === previous.fence &&
      isHeard(message) &&
      (message.deliveredAt ?? NEVER) < run.startedAt
    )
  })
  if (isAlone && waited) {
    const message = `${lifeOf(run)} ran attempt ${grant.attempt} because attempt ${previous.attempt}, which it waited for, failed`
    yield { rule: RULE, message }
  }
}

/** What is reported of an attempt is what happened in it. */
function* settlesAreTrue({ history, ledger }: Case): Generator<Breach> {
  for (const message of history.messages) {
    const { method, request } = message
    if (method !== 'fail' && method !== 'complete') continue
    const grant = ledger.grantTo(message)
    const run = grant?.runs.at(-1)
    if (grant === undefined || run === undefined) continue
    const what = `attempt ${grant.attempt} of ${lifeOf(run)}`
    const { result } = run
    if (method === 'complete') {
      if (result?.type !== 'value')
        yield { rule: RULE, message: `${what} was reported a success, and was none` }
    } else if (result?.type === 'value' && !saysRerun(run)) {
      yield { rule: RULE, message: `${what} was reported as ${request.kind}, although its work succeeded` }
    } else if (result?.type === 'error' && request.kind !== 'abandoned') {
      const isUnknown = run.kind === 'reconcile' || codeOf(result.error) === 'UNSETTLED'
      const { maxAttempts = NEVER } = history.scenario.options ?? {}
      const isFinal = grant.attempt >= maxAttempts || String(result.error).includes(FINAL)
      if (!isUnknown && isFinal !== (request.kind === 'final')) {
        yield { rule: RULE, message: `${what} was reported as ${request.kind}, against the policy` }
      }
      if (isUnknown)
        yield {
          rule: RULE,
          message: `${what} was reported as ${request.kind}, but nobody knows how it ended`,
        }
    }
  }
}

/** A call whose work was done never gets a plain failure, and only such a call is told that it could not be recorded. */
function* doneWorkIsNotDenied(subject: Case, call: Call): Generator<Breach> {
  if (call.answer?.type !== 'error' || call.leftAt !== undefined) return
  const { error } = call.answer
  const code = codeOf(error)
  const done = subject.history.runs.filter((run) => sameLife(run, call) && run.result?.type === 'value')
  if (code === 'UNSETTLED') {
    const value = (error as { value?: unknown }).value
    if (!done.some((run) => resultOf(run) === value)) {
      yield { rule: RULE, message: `${got(call)} UNSETTLED for work that was not done` }
    }
    return
  }
  if (!done.some((run) => run.call === call && !saysRerun(run))) return
  const others = ['LEASE_LOST', 'OPERATION_FAILED', 'IN_PROGRESS', 'ABANDONED', 'RESULT_UNAVAILABLE']
  if (code === undefined || !others.includes(code)) {
    yield { rule: RULE, message: `${got(call)} ${code ?? String(error)}, although its work succeeded` }
  }
}
