/** What a token says, once it is sure that it says so. */
export interface TokenClaims {
  readonly subject: string
  readonly operation: string
  readonly issuedAt: Date
  readonly expiresAt: Date
  /** Names this token and no other: 22 characters. */
  readonly jti: string
  /** The key that signed it. */
  readonly kid: string
}

/** What is signed. Times are seconds since 1970. */
interface Payload {
  readonly sub: string
  readonly operation: string
  readonly iat: number
  readonly exp: number
  readonly jti: string
}

/** The last that a `Date` can hold. */
export const LAST_SECOND = 8.64e12

const JTI = /^[\w-]{22}$/

export function payloadOf(claims: Omit<TokenClaims, 'kid'>): Uint8Array {
  const { subject, operation, issuedAt, expiresAt, jti } = claims
  const payload: Payload = {
    sub: subject,
    operation,
    iat: issuedAt.getTime() / 1000,
    exp: expiresAt.getTime() / 1000,
    jti,
  }
  return new TextEncoder().encode(JSON.stringify(payload))
}

/** The claims of a payload whose signature was verified; `undefined` if it is none of {@link payloadOf}. */
export function claimsOf(payload: Uint8Array, kid: string): TokenClaims | undefined {
  const { sub, operation, iat, exp, jti } = parsed(payload)
  const areTexts = isText(sub) && isText(operation) && isText(jti) && JTI.test(jti)
  if (!areTexts || !isTime(iat) || !isTime(exp)) return undefined
  const [issuedAt, expiresAt] = [new Date(iat * 1000), new Date(exp * 1000)]
  return { subject: sub, operation, issuedAt, expiresAt, jti, kid }
}

function parsed(payload: Uint8Array): Partial<Record<keyof Payload, unknown>> {
  try {
    return Object(JSON.parse(new TextDecoder().decode(payload)))
  } catch {
    return {}
  }
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''

const isTime = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= LAST_SECOND
