import { type Breach, lifeOf, sameLife } from '../history'
import type { Case } from './case'

const RULE = 'everything comes to an end'

/** Every caller of a process that runs is answered, and nothing is left behind. */
export function* alive({ history }: Case): Generator<Breach> {
  if (!history.ended) yield { rule: RULE, message: 'the history does not end' }
  else {
    for (const call of history.calls) {
      if (call.answer || call.isDead) continue
      const who = call.isEpilogue ? 'the call at the end' : `a call of ${lifeOf(call)}`
      yield { rule: RULE, message: `${who} is never answered` }
    }
  }
  for (const message of history.messages) {
    if (
      message.sentAt > history.endedAt &&
      !history.calls.some((call) => call.isEpilogue && sameLife(call, message))
    ) {
      yield { rule: RULE, message: `${lifeOf(message)} still sent ${message.method} when all was over` }
    }
  }
  for (const left of history.leftovers) yield { rule: RULE, message: `left behind: ${left}` }
}
