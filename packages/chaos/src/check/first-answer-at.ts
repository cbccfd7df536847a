import type { KeyHistory } from './key-history'

/** From when on somebody knew of an answer that stays; infinity, if nobody ever did. */
export function firstAnswerAt(history: KeyHistory): number {
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
