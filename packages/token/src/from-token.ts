import { check, onlyKnown } from './check'
import { type HeaderSource, tokenInHeader } from './header-source'
import { MAX_TOKEN_LENGTH, type TokenIssuer } from './token-issuer'

type Awaitable<T> = T | Promise<T>

interface UseOfTokens<Source> {
  /** What tokens must have been issued for. */
  readonly operation: string
  /** To whom the token of this request must have been issued: the user whom the API knows. */
  readonly subject: (source: Source) => Awaitable<string>
}

/** Where a token comes from, if not from the header `Idempotency-Key`. `undefined`, `null` and `''` are no token. */
type TokenOf<Source> = (source: Source) => Awaitable<string | null | undefined>

/** Where a source is known to have no headers, `token` must be given. */
export type FromTokenOptions<Source> = UseOfTokens<Source> &
  (unknown extends Source | (Source extends HeaderSource ? unknown : never)
    ? {
        /** Where the token is. @defaultValue the header `Idempotency-Key` */
        readonly token?: TokenOf<Source> | undefined
      }
    : {
        /** Where the token is. */
        readonly token: TokenOf<Source>
      })

/**
 * The `key` option of every adapter, where keys are tokens. The key is the token's `jti`: nothing secret is stored. A request
 * whose token is not good for it is refused with 401 or 403 before the store is asked; one without a token is one without a
 * key.
 *
 * @throws TypeError that names the option that is wrong or unknown, and what it takes
 * @example
 * app.post('/payments', idempotency<AppEnv>({
 *   idem,
 *   scope: (c) => c.get('user').id,
 *   key: fromToken(tokens, { operation: 'payment', subject: (c) => c.get('user').id }),
 * }), pay)
 */
export function fromToken<Source>(
  tokens: Pick<TokenIssuer, 'verify'>,
  options: FromTokenOptions<Source>,
): (source: Source) => Promise<string | undefined> {
  onlyKnown('options', options, ['operation', 'subject', 'token'])
  const { operation, subject } = options
  const { token = (source) => tokenInHeader(source as HeaderSource, MAX_TOKEN_LENGTH) } = options as {
    readonly token?: TokenOf<Source> | undefined
  }
  const canVerify = typeof (tokens as TokenIssuer | undefined)?.verify === 'function'
  check('tokens', tokens, canVerify, 'a TokenIssuer')
  check('operation', operation, typeof operation === 'string' && operation !== '', 'a text')
  check('subject', subject, typeof subject === 'function', 'a function')
  check('token', token, typeof token === 'function', 'a function')
  return async (source) => {
    const given = await token(source)
    if (given === undefined || given === null || given === '') return undefined
    const { jti } = await tokens.verify(given, { operation, subject: await subject(source) })
    return jti
  }
}
