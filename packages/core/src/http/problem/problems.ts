import type { HttpSettings } from '../options'
import type { Answer } from '../response/answer'
import { type ProblemName, problem } from './problem'

/** Those that the same request may meet no more a little later. */
const PASSING: readonly ProblemName[] = ['in-progress', 'store-unavailable']

const HOW_TO =
  'Send one header such as Idempotency-Key: "8e03978e-40d5-43e8-bc93-6894a57f9324", of 1 to 255 characters.'

type Route = Pick<HttpSettings<never>, 'docs' | 'retryAfterMs' | 'strict'> & { readonly key: unknown }

/** A problem in the words of a route: with its link, and when to come back. */
export function problemOn({ docs, retryAfterMs }: Route, name: ProblemName, detail?: string): Answer {
  return problem(name, docs, { detail, retryAfterMs: PASSING.includes(name) ? retryAfterMs : undefined })
}

export function keyMissing(route: Route): Answer {
  return problemOn(route, 'key-missing', route.key === undefined ? HOW_TO : undefined)
}

export function keyMalformed(route: Route): Answer {
  return problemOn(route, 'key-malformed', route.strict ? HOW_TO : `${HOW_TO} The quotes may be missing.`)
}
