import { settledAs, shown } from '../attempt'
import { firstAnswerAt } from '../first-answer-at'
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
