import { settledAs, shown } from '../attempt'
import type { KeyHistory } from '../key-history'
import type { Rule } from './rule'

/** When a key has its answer nothing follows: no attempt is granted any more, and none before it is heard. */
export const winnerIsLast: Rule = {
  name: 'nothing follows the answer',
  *find(history) {
    const { attempts } = history
    for (const attempt of attempts) {
      const ending = settledAs(attempt)
      if (!isPublished(history, attempt) && ending !== 'succeeded' && ending !== 'final') continue
      const later = attempts.find(({ fence }) => fence > attempt.fence)
      if (later) yield `${shown(later)} was granted, although ${shown(attempt)} has the answer`
    }
    const answeredAt = firstAnswerAt(history)
    const claimed = attempts.find(({ claimedAt }) => claimedAt > answeredAt)
    if (claimed) yield `${shown(claimed)} was claimed and granted when there was an answer`
  },
}

const isPublished = (
  history: KeyHistory,
  { ended }: { ended?: { value?: string | undefined } | undefined },
) => ended?.value !== undefined && history.all('answered').some(({ value }) => value === ended.value)

/** From when on somebody knew of an answer that stays. */
function firstAnswerAt(history: KeyHistory): number {
  const times = history.events.flatMap((event) => {
    if (event.type === 'answered') return [event.at]
    if (event.type === 'refused' && event.failure?.code === 'FOR_GOOD') {
      return history.isUnsettled(event) ? [] : [event.at]
    }
    if (event.type === 'resolved' && event.accepted) return [event.at]
    if (event.type !== 'settled' || !event.accepted) return []
    return event.ending === 'succeeded' || event.ending === 'final' ? [event.at] : []
  })
  return Math.min(...times, Number.POSITIVE_INFINITY)
}
