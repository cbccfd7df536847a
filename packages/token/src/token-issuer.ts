import { type Duration, milliseconds } from '@idem/core'
import { base64url, CompactSign, compactVerify, decodeProtectedHeader, errors } from 'jose'
import { check, checkText, onlyKnown } from './check'
import { InvalidTokenError } from './invalid-token-error'
import { resolveOptions, type TokenIssuerOptions, type TokenSettings } from './options'
import { claimsOf, LAST_SECOND, payloadOf, type TokenClaims } from './token-claims'

/** Who may use a token, and for what. */
export interface TokenUse {
  /** The user or tenant. 1 to 255 characters; whoever has the token can read them. */
  readonly subject: string
  /** What it is good for, and nothing else is. 1 to 255 characters; whoever has the token can read them. */
  readonly operation: string
}

export interface IssueOptions extends TokenUse {
  /** How long this token is good for. @defaultValue that of the issuer */
  readonly ttl?: Duration | undefined
}

/** Tells these tokens from others that the same key may sign: sessions, say. */
const TYPE = 'idem+jwt'
/** More than any token has whose subject, operation and key have names of 255 characters. */
export const MAX_TOKEN_LENGTH = 8192

/**
 * Makes idempotency keys that nobody else can make, and knows them again: each is for one subject and one operation, and for
 * a while. That it is used once is for the record of its `jti` to see to; keep records at least as long as tokens are good.
 *
 * @throws TypeError that names the option that is wrong or unknown, and what it takes
 * @example
 * const tokens = new TokenIssuer({ secret: process.env.TOKEN_SECRET, ttl: '15m' })
 * const token = await tokens.issue({ subject: user.id, operation: 'payment' })
 * const { jti } = await tokens.verify(token, { subject: user.id, operation: 'payment' })
 */
export class TokenIssuer {
  readonly #settings: TokenSettings

  constructor(options: TokenIssuerOptions) {
    this.#settings = resolveOptions(options)
  }

  /**
   * A new token: a compact JWS, which fits into a header.
   *
   * @throws TypeError if an option is wrong, or the first key has no private part
   */
  async issue(options: IssueOptions): Promise<string> {
    onlyKnown('options', options, ['subject', 'operation', 'ttl'])
    const { signer, now, ttlMs } = this.#settings
    const { subject, operation, ttl = ttlMs } = options
    checkText('subject', subject)
    checkText('operation', operation)
    const lifetime = Math.ceil(milliseconds('ttl', ttl, { min: 1000 }) / 1000)
    if (signer.signs === undefined)
      throw new TypeError('keys[0].privateKey must be given where tokens are issued')
    const key = await signer.signs()
    const at = Math.floor(now() / 1000)
    check('ttl', ttl, at + lifetime <= LAST_SECOND, 'short enough for its end to be a date')
    const payload = payloadOf({
      subject,
      operation,
      issuedAt: new Date(at * 1000),
      expiresAt: new Date((at + lifetime) * 1000),
      jti: base64url.encode(crypto.getRandomValues(new Uint8Array(16))),
    })
    return new CompactSign(payload)
      .setProtectedHeader({ alg: signer.algorithm, kid: signer.id, typ: TYPE })
      .sign(key)
  }

  /**
   * What a token says, if this issuer (or one with the same key) made it for this subject and operation, and its time is not
   * over. Asks no store.
   *
   * @throws InvalidTokenError whose `reason` says what is wrong with it
   * @throws TypeError if `subject` or `operation` is no text of 1 to 255 characters
   */
  async verify(token: string, use: TokenUse): Promise<TokenClaims> {
    onlyKnown('use', use, ['subject', 'operation'])
    checkText('subject', use.subject)
    checkText('operation', use.operation)
    const claims = await this.#signed(token)
    const { now, toleranceMs } = this.#settings
    const at = now()
    if (claims.issuedAt.getTime() > at + toleranceMs) throw new InvalidTokenError('premature')
    if (claims.expiresAt.getTime() + toleranceMs <= at) throw new InvalidTokenError('expired')
    if (claims.subject !== use.subject) throw new InvalidTokenError('other-subject')
    if (claims.operation !== use.operation) throw new InvalidTokenError('other-operation')
    return claims
  }

  /** What a key of ours has signed. Of the header only `kid` is believed, and that only to choose among our keys. */
  async #signed(token: string): Promise<TokenClaims> {
    const key = this.#settings.keys.get(kidOf(token))
    if (key === undefined) throw new InvalidTokenError('forged')
    const verified = await compactVerify(token, await key.verifies(), { algorithms: [key.algorithm] }).catch(
      (error: unknown) => {
        if (error instanceof errors.JWSInvalid) throw new InvalidTokenError('malformed')
        if (error instanceof errors.JOSEError) throw new InvalidTokenError('forged')
        throw error
      },
    )
    const isOurs = verified.protectedHeader.typ === TYPE
    const claims = isOurs ? claimsOf(verified.payload, key.id) : undefined
    if (claims === undefined) throw new InvalidTokenError('malformed')
    return claims
  }
}

const COMPACT = /^[\w-]+\.[\w-]+\.[\w-]*$/

function kidOf(token: string): string {
  if (typeof token !== 'string' || token.length > MAX_TOKEN_LENGTH || !COMPACT.test(token)) {
    throw new InvalidTokenError('malformed')
  }
  let kid: unknown
  try {
    kid = decodeProtectedHeader(token).kid
  } catch {
    throw new InvalidTokenError('malformed')
  }
  if (typeof kid !== 'string') throw new InvalidTokenError('malformed')
  return kid
}
