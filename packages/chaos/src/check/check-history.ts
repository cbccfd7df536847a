import { isOfAKey, type KeyEvent } from '../history/event'
import { KeyHistory } from './key-history'
import { addLosses, type Losses, lossesOf, NO_LOSSES } from './losses'
import { printEvent } from './print-event'
import { processesEnd } from './processes-end'
import { answered } from './rules/answered'
import { errors } from './rules/errors'
import { fences } from './rules/fences'
import { oneAnswer } from './rules/one-answer'
import { ownerDecides } from './rules/owner-decides'
import { recorded } from './rules/recorded'
import type { Rule } from './rules/rule'
import { steps } from './rules/steps'
import { succession } from './rules/succession'
import { winnerIsLast } from './rules/winner-is-last'
import type { RunFacts } from './run-facts'
import type { Violation } from './violation'

const RULES: readonly Rule[] = [
  oneAnswer,
  winnerIsLast,
  ownerDecides,
  fences,
  succession,
  steps,
  recorded,
  answered,
  errors,
]

/** What a history shows. */
export interface Finding {
  readonly violations: readonly Violation[]
  readonly losses: Losses
}

/** What a history breaks of the promise; nothing, if all is well. It looks at nothing but what it is given. */
export function checkHistory(facts: RunFacts): Finding {
  const violations: Violation[] = [...processesEnd(facts)]
  let losses = NO_LOSSES
  for (const history of keyHistories(facts)) {
    losses = addLosses(losses, lossesOf(history))
    const found = RULES.flatMap(({ name, find }) =>
      [...find(history)].map((message) => ({ rule: name, message })),
    )
    if (found.length === 0) continue
    const lines = history.events.map(printEvent)
    for (const one of found) violations.push({ ...one, key: history.plan.key, history: lines })
  }
  return { violations, losses }
}

function keyHistories(facts: RunFacts): KeyHistory[] {
  const { workload, events } = facts
  const byKey = new Map<string, KeyEvent[]>(workload.keys.map(({ key }) => [key, []]))
  for (const event of events) {
    if (!isOfAKey(event)) continue
    const own = byKey.get(event.key)
    if (own === undefined) throw new Error(`the history tells of a key that nobody has: ${event.key}`)
    own.push(event)
  }
  return workload.keys.map((plan) => new KeyHistory(plan, byKey.get(plan.key) ?? [], facts))
}
