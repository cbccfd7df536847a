import type { RunFacts } from './run-facts'
import type { Violation } from './violation'

/** Nothing keeps processes alive that are done, and none dies by itself. */
export function* processesEnd({ events, unfinished }: RunFacts): Generator<Violation> {
  const rule = 'processes end when they are done'
  for (const life of unfinished) yield { rule, message: `process ${life} did not end`, history: [] }
  for (const event of events) {
    if (event.type !== 'fault' || event.fault !== 'died-by-itself') continue
    yield { rule, message: `process ${event.victim}: ${event.detail}`, history: [] }
  }
}
