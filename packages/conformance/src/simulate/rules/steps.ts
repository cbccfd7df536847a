import type { Breach, Message } from '../history'
import { lifeOf } from '../history'
import type { Case } from './case'
import type { Grant } from './ledger'

const RULE = 'a saved step does not run again'

/** A step runs once an attempt, never after it was saved, and later attempts are given what was saved. */
export function* steps(subject: Case): Generator<Breach> {
  const { grants } = subject.ledger
  if (subject.history.runs.every((run) => run.steps.length === 0)) return
  for (const grant of grants) {
    for (const run of grant.runs) {
      const names = run.steps.map(({ name }) => name)
      if (new Set(names).size < names.length)
        yield { rule: RULE, message: `a step ran twice in ${lifeOf(run)}` }
      for (const name of names) {
        const saved = firstSave(subject, grant, name)
        if (saved && (saved.executedAt as number) < grant.grantedAt) {
          yield { rule: RULE, message: `step ${name} ran again in ${lifeOf(run)}, attempt ${grant.attempt}` }
        }
      }
      for (const { name, value } of run.given) yield* isSaved(subject, grant, name, value)
    }
  }
}

function* isSaved(subject: Case, grant: Grant, name: string, value: unknown): Generator<Breach> {
  const saved = firstSave(subject, grant, name)
  const by = saved && subject.ledger.grantTo(saved)
  const ran = by?.runs.flatMap((run) => run.steps).find((step) => step.name === name)
  if (ran?.value !== value) {
    yield {
      rule: RULE,
      message: `attempt ${grant.attempt} was given something for step ${name} that was not saved`,
    }
  }
}

/** Where a step was saved first, in the record that the grant is of. */
function firstSave({ history, ledger }: Case, { epoch }: Grant, name: string): Message | undefined {
  const from = ledger.forgottenAt[epoch - 1] ?? -1
  const to = ledger.forgottenAt[epoch] ?? Number.POSITIVE_INFINITY
  let first: Message | undefined
  for (const message of history.messages) {
    const { method, request, outcome, executedAt = -1 } = message
    if (
      method !== 'saveStep' ||
      request.name !== name ||
      outcome !== true ||
      executedAt < from ||
      executedAt > to
    )
      continue
    if (first === undefined || executedAt < (first.executedAt as number)) first = message
  }
  return first
}
