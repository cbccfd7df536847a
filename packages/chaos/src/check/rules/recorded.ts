import { settledAs, shown } from '../attempt'
import type { Rule } from './rule'

/** What the store has acknowledged it still has when all is over, whatever became of its process. */
export const recorded: Rule = {
  name: 'nothing acknowledged is lost',
  *find(history) {
    const [record] = history.all('recorded').slice(-1)
    // A run whose audit did not come to its end has told so.
    if (record === undefined) return
    const { state, value, fence } = record
    for (const seen of new Set(history.all('answered').map((answer) => answer.value))) {
      if (state !== 'succeeded' || value !== seen) {
        yield `callers got "${seen}", but the record is ${state}${value === undefined ? '' : ` with "${value}"`}`
      }
    }
    for (const attempt of history.attempts) {
      const ending = settledAs(attempt)
      const kept = ending === 'succeeded' ? 'succeeded' : ending === 'final' ? 'failed' : undefined
      if (kept === undefined) continue
      if (state !== kept || fence !== attempt.fence || record.retryable) {
        yield `the store took the ${ending} end of ${shown(attempt)}, but the record is ${state} with fence ${fence}`
      }
    }
    const last = history.begun.at(-1)
    if (last && (fence === undefined || fence < last.fence)) {
      yield `the record has fence ${fence}, although ${shown(last)} was granted`
    }
  },
}
