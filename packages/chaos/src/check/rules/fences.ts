import { shown } from '../attempt'
import type { Rule } from './rule'

/** Fences grow in the order in which attempts were granted, and each attempt has its own. */
export const fences: Rule = {
  name: 'fences only grow',
  *find({ begun }) {
    for (const [index, attempt] of begun.entries()) {
      for (const other of begun.slice(index + 1)) {
        if (other.fence === attempt.fence) yield `${shown(attempt)} and ${shown(other)} have one fence`
        // Where the grants may have happened in either order, nothing follows.
        if (other.grantedAt < attempt.claimedAt) {
          yield `${shown(attempt)} was granted after ${shown(other)}, which has a greater fence`
        }
        if (other.fence > attempt.fence && other.number <= attempt.number) {
          yield `${shown(other)} follows ${shown(attempt)}, but its number does not`
        }
      }
      if (!Number.isSafeInteger(attempt.fence)) yield `${shown(attempt)} has a fence that is no safe integer`
    }
  },
}
