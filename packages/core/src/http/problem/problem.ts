import type { Answer, HeaderList } from '../response/answer'

/** What can be wrong, by the last part of its `type`. These names are for good: clients branch on them. */
const PROBLEMS = {
  'key-missing': [400, 'This request needs an Idempotency-Key'],
  'key-malformed': [400, 'The Idempotency-Key is malformed'],
  'token-invalid': [401, 'The token is none that this API has issued'],
  'token-expired': [401, 'The token has expired'],
  'token-other-subject': [403, 'The token was issued to somebody else'],
  'token-other-operation': [403, 'The token was issued for another operation'],
  'in-progress': [409, 'A request with this Idempotency-Key is still being processed'],
  'outcome-unknown': [409, 'Nobody knows how the request with this Idempotency-Key ended'],
  'answer-omitted': [410, 'The request was processed, but its answer was too large to be kept'],
  'key-expired': [410, 'This Idempotency-Key was used before, and its answer is no longer kept'],
  'body-too-large': [413, 'The body is too large to be compared'],
  'key-reused': [422, 'This Idempotency-Key was used with another request'],
  'attempt-failed': [500, 'The request was processed and failed'],
  'store-unavailable': [503, 'Whether this request was processed before cannot be found out at present'],
} as const satisfies Record<string, readonly [status: number, title: string]>

export type ProblemName = keyof typeof PROBLEMS

/** Where it is described what this header asks of clients and servers, unless an API says it itself. */
export const DRAFT = 'https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-idempotency-key-header-07'

export interface ProblemDetail {
  /** What this request should have been, in a sentence. */
  readonly detail?: string | undefined
  readonly retryAfterMs?: number | undefined
}

/** A problem as RFC 9457 has it, with a link to where it is explained. */
export function problem(name: ProblemName, docs: string, more: ProblemDetail = {}): Answer {
  const [status, title] = PROBLEMS[name]
  const { detail, retryAfterMs } = more
  const headers: HeaderList = [
    ['content-type', 'application/problem+json'],
    ['cache-control', 'no-store'],
    ['link', `<${docs}>; rel="describedby"`],
    // RFC 9110 asks for a challenge; one of a scheme that browsers and clients would act on would mislead them.
    ...(status === 401 ? ([['www-authenticate', 'Idempotency-Token']] as const) : []),
    ...(retryAfterMs === undefined
      ? []
      : ([['retry-after', String(Math.ceil(retryAfterMs / 1000))]] as const)),
  ]
  const text = JSON.stringify({ type: `urn:idem:problem:${name}`, title, status, detail })
  return { status, headers, body: new TextEncoder().encode(text) }
}
