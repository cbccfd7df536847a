import { base64url } from 'jose'
import { expect } from 'vitest'
import { InvalidTokenError, type TokenFault, TokenIssuer, type TokenIssuerOptions } from '../../src/index'

export const SECRET = 'a secret of more than thirty-two bytes'
export const USE = { subject: 'ann', operation: 'payment' } as const

/** 2026-01-01, half a second past midnight. */
export const START = Date.UTC(2026, 0, 1) + 500

/** A clock that stands still until it is set. */
export function clock(): { ms: number; now: () => number } {
  const time = { ms: START, now: () => time.ms }
  return time
}

export const issuer = (options: Partial<TokenIssuerOptions> = {}): TokenIssuer =>
  new TokenIssuer({ secret: SECRET, ...options } as TokenIssuerOptions)

export const json = (value: unknown): string => base64url.encode(JSON.stringify(value))

export interface Parts {
  readonly header: Record<string, unknown>
  readonly payload: Record<string, unknown>
  readonly signature: string
}

export function parts(token: string): Parts {
  const [header = '', payload = '', signature = ''] = token.split('.')
  const decoded = (part: string) => JSON.parse(new TextDecoder().decode(base64url.decode(part)))
  return { header: decoded(header), payload: decoded(payload), signature }
}

/** The token is refused for this reason, and the error tells nothing else. */
export async function isRefused(
  verified: Promise<unknown>,
  reason: TokenFault,
  ...secrets: readonly string[]
): Promise<void> {
  const error: unknown = await verified.then(
    () => 'nothing',
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(InvalidTokenError)
  const { message, code, stack = '', cause } = error as InvalidTokenError
  expect({ code, reason: (error as InvalidTokenError).reason }).toEqual({ code: 'INVALID_TOKEN', reason })
  expect(cause).toBeUndefined()
  for (const secret of [SECRET, ...secrets]) expect(message + stack).not.toContain(secret)
}
