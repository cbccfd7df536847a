import type { KeyEvent } from '../../history/event'
import { AUDITOR } from '../../history/event'
import type { KeyHistory } from '../key-history'
import type { Rule } from './rule'

type Answered = Extract<KeyEvent, { type: 'answered' }>
type Refused = Extract<KeyEvent, { type: 'refused' }>

/** No key is stuck: every call of a process that lives is answered, every caller gets an answer, and so does who asks last. */
export const answered: Rule = {
  name: 'no key is stuck',
  *find(history) {
    const { facts, plan } = history
    const ends = new Map<string, Answered | Refused>()
    for (const event of [...history.all('answered'), ...history.all('refused')]) ends.set(event.call, event)
    for (const { call, life } of history.all('called')) {
      if (!ends.has(call) && isDone(history, life)) yield `call ${call} was never answered`
    }
    const lastCall = history.all('called').findLast(({ life }) => life === AUDITOR)
    const lastEnd = lastCall && ends.get(lastCall.call)
    if (lastEnd === undefined || !isAnswer(lastEnd)) {
      const error =
        lastEnd?.type === 'refused' ? `${lastEnd.error.name}: ${lastEnd.error.message}` : 'nothing'
      yield `the call after all faults got ${error}`
    }
    const content = new Set([...ends.values()].filter(isAnswer).map(({ duplicate }) => duplicate))
    for (const { id, plan: own } of facts.workload.duplicates) {
      if (own.key === plan.key && !content.has(id)) yield `caller ${id} called in vain until the end`
    }
  },
}

/** Whether a process came to its end by itself. */
const isDone = ({ facts }: KeyHistory, life: string): boolean =>
  facts.events.some((event) => event.life === life && event.type === 'process-done')

const isAnswer = (end: Answered | Refused): boolean =>
  end.type === 'answered' || end.error.code === 'FOR_GOOD' || end.failure?.code === 'FOR_GOOD'
