import { shown } from '../attempt'
import type { Rule } from './rule'

/** Once an attempt has been granted, the store takes nothing more from those before it. */
export const ownerDecides: Rule = {
  name: 'the owner decides',
  *find({ attempts }) {
    for (const [index, attempt] of attempts.entries()) {
      const next = attempts[index + 1]
      if (next === undefined) continue
      for (const { what, sentAt } of attempt.taken) {
        if (sentAt > next.grantedAt)
          yield `the store took ${what} of ${shown(attempt)} after ${shown(next)} began`
      }
    }
  },
}
