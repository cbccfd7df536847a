import type { ProblemName } from './problem'

/** By `reason`. How a forgery was noticed is for the API's log: to a client all of them are `token-invalid`. */
const REASONS: Readonly<Record<string, ProblemName>> = {
  expired: 'token-expired',
  'other-subject': 'token-other-subject',
  'other-operation': 'token-other-operation',
}

/** The problem that an `InvalidTokenError` is to a client; by its code, since its class belongs to `@idem/token`. */
export function problemOfToken(error: unknown): ProblemName | undefined {
  const { code, reason } = Object(error) as { readonly code?: unknown; readonly reason?: unknown }
  if (code !== 'INVALID_TOKEN') return undefined
  const isKnown = typeof reason === 'string' && Object.hasOwn(REASONS, reason)
  return isKnown ? REASONS[reason] : 'token-invalid'
}
