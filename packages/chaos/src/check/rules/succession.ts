import { type BegunAttempt, settledAs, shown } from '../attempt'
import type { KeyHistory } from '../key-history'
import { CLOCKS_DIFFER_MS } from '../run-facts'
import type { Rule } from './rule'

/**
 * A handler begins again only after the attempt before has failed, or is abandoned: it said so itself, or its lease has run
 * out. That its process is dead is no reason by itself, for nobody else can know.
 */
export const succession: Rule = {
  name: 'nothing is guessed',
  *find(history) {
    for (const [index, attempt] of history.begun.entries()) {
      const previous = history.begun[index - 1]
      if (attempt.takeover && history.plan.onAbandoned === 'reject') {
        yield `${shown(attempt)} began after an abandoned one, which the policy forbids`
      }
      yield* isCounted(history, previous, attempt)
      if (previous === undefined) continue
      if (attempt.takeover) yield* isAbandoned(history, previous, attempt)
      else if (!isReported(previous, 'retryable', attempt)) {
        yield `${shown(attempt)} began as if ${shown(previous)} had failed, which it never said`
      }
    }
  },
}

const isReported = ({ reports }: BegunAttempt, ending: string, { grantedAt }: BegunAttempt): boolean =>
  reports.some((report) => report.ending === ending && report.at < grantedAt)

function* isAbandoned(history: KeyHistory, previous: BegunAttempt, attempt: BegunAttempt): Generator<string> {
  const { leaseMs } = history.facts
  const hasFailed = settledAs(previous) === 'retryable'
  if (hasFailed && attempt.number === previous.number + 1 && settledBefore(previous, attempt)) {
    yield `${shown(attempt)} began as a takeover, although ${shown(previous)} had failed`
  }
  if (hasFailed || isReported(previous, 'abandoned', attempt)) return
  const leaseEndsAt = previous.renewedAt + leaseMs
  const earlyMs = leaseEndsAt - attempt.grantedAt
  if (earlyMs > CLOCKS_DIFFER_MS) {
    yield `${shown(attempt)} began ${earlyMs.toFixed(1)} ms before the lease of ${shown(previous)} could have run out`
  }
}

/** Whether the store had taken the report for sure when the claim was sent. */
const settledBefore = ({ taken }: BegunAttempt, { claimedAt }: BegunAttempt): boolean =>
  taken.some(({ ending, sentAt }) => ending !== undefined && sentAt < claimedAt)

/** Attempts that nobody began have left gaps in the numbers: for each gap somebody must have claimed and not been heard. */
function* isCounted(
  history: KeyHistory,
  previous: BegunAttempt | undefined,
  attempt: BegunAttempt,
): Generator<string> {
  const before = previous?.number ?? 0
  if (attempt.number === before + 1) {
    if (previous === undefined && attempt.takeover)
      yield `${shown(attempt)} is the first, and began as a takeover`
    return
  }
  if (attempt.number <= before) return
  if (!attempt.takeover)
    yield `${shown(attempt)} began as no takeover, although nobody began number ${before + 1}`
  const { leaseMs } = history.facts
  // However early it was sent: a driver may hold it back until there is a connection.
  const unheard = history.unheardClaims().filter((sentAt) => sentAt < attempt.grantedAt)
  const earlyMs = Math.min(...unheard, Number.POSITIVE_INFINITY) + leaseMs - attempt.grantedAt
  if (unheard.length === 0)
    yield `${shown(attempt)} is number ${attempt.number}, and nobody can have made number ${before + 1}`
  else if (attempt.takeover && earlyMs > CLOCKS_DIFFER_MS) {
    yield `${shown(attempt)} began ${earlyMs.toFixed(1)} ms before the lease of an attempt that nobody began could have run out`
  }
}
