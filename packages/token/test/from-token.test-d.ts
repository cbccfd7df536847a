import { Idem, MemoryStore } from '@idem/core'
import { idempotent } from '@idem/core/http'
import { idempotency } from '@idem/hono'
import type { Context } from 'hono'
import { describe, expectTypeOf, test } from 'vitest'
import { fromToken, type InvalidTokenError, TokenIssuer, type TokenKey } from '../src/index'

const idem = new Idem({ store: new MemoryStore() })
const tokens = new TokenIssuer({ secret: '' })
interface ShopEnv {
  Variables: { readonly user: { readonly id: string } }
}

describe('fromToken', () => {
  test('hands its functions what the adapter hands to functions', () => {
    idempotency<ShopEnv>({
      idem,
      scope: 'public',
      key: fromToken(tokens, {
        operation: 'payment',
        subject: (c) => {
          expectTypeOf(c).toEqualTypeOf<Context<ShopEnv>>()
          return c.get('user').id
        },
      }),
    })
    idempotent<Request>(() => new Response(), {
      idem,
      scope: 'public',
      key: fromToken(tokens, {
        operation: 'payment',
        subject: (request) => {
          expectTypeOf(request).toEqualTypeOf<Request>()
          return request.url
        },
        token: async (request) => request.text(),
      }),
    })
  })

  test('fits every adapter whose type is given, or where its functions say what they take', () => {
    const route = { idem, scope: 'public' } as const
    const subject = () => 'ann'
    idempotency<ShopEnv>({ ...route, key: fromToken(tokens, { operation: 'a', subject }) })
    idempotency({ ...route, key: fromToken(tokens, { operation: 'a', subject: (c: Context) => c.req.path }) })
    idempotent(() => new Response(), { ...route, key: fromToken(tokens, { operation: 'a', subject }) })
    idempotent((request) => new Response(request.url), {
      ...route,
      key: fromToken(tokens, { operation: 'a', subject: (request: Request) => request.url }),
    })
  })

  test('must be told where the token is, in what has no headers', () => {
    fromToken<{ readonly body: string }>(tokens, {
      operation: 'a',
      subject: () => 'a',
      token: ({ body }) => body,
    })
    // @ts-expect-error a body has no headers
    fromToken<{ readonly body: string }>(tokens, { operation: 'a', subject: () => 'a' })
  })

  test('does not compile without a subject and an operation', () => {
    // @ts-expect-error a token is somebody's
    fromToken<Request>(tokens, { operation: 'a' })
    // @ts-expect-error a token is for something
    fromToken<Request>(tokens, { subject: () => 'a' })
  })
})

describe('TokenIssuer', () => {
  test('takes a secret or keys, and not both, nor none', () => {
    new TokenIssuer({ keys: [{ id: 'a', secret: '' }], ttl: '15m', clockTolerance: 5 })
    // @ts-expect-error without a key nothing can be signed
    new TokenIssuer({ ttl: '15m' })
    // @ts-expect-error which of them?
    new TokenIssuer({ secret: '', keys: [{ id: 'a', secret: '' }] })
    // @ts-expect-error none signs
    new TokenIssuer({ keys: [] })
    // @ts-expect-error an algorithm is the key's own
    new TokenIssuer({ keys: [{ id: 'a', secret: '', algorithm: 'HS512' }] })
    expectTypeOf<TokenKey['id']>().toBeString()
  })

  test('says in types what can be wrong', () => {
    expectTypeOf<InvalidTokenError['reason']>().toEqualTypeOf<
      'malformed' | 'forged' | 'premature' | 'expired' | 'other-subject' | 'other-operation'
    >()
    expectTypeOf<InvalidTokenError['code']>().toEqualTypeOf<'INVALID_TOKEN'>()
  })
})
