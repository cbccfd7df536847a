import { type AttemptContext, Idem, MemoryStore } from '@idem/core'
import { type Idempotent, idempotent, idempotentFetch } from '@idem/core/http'
import { describe, expectTypeOf, it } from 'vitest'

const idem = new Idem({ store: new MemoryStore() })

describe('idempotent', () => {
  it('does not compile without a scope', () => {
    // @ts-expect-error a key belongs to somebody
    idempotent(() => new Response(), { idem })
    // @ts-expect-error of all words, only 'public' says whose
    idempotent(() => new Response(), { idem, scope: 'user' })
    idempotent(() => new Response(), { idem, scope: 'public' })
    idempotent(() => new Response(), { idem, scope: async (request) => request.headers.get('x-user') ?? '' })
  })

  it('hands the handler its attempt', () => {
    const handler = idempotent(
      (request) => {
        expectTypeOf(request).toEqualTypeOf<Request & Idempotent>()
        expectTypeOf(request.idempotency).toEqualTypeOf<AttemptContext>()
        return new Response()
      },
      { idem, scope: 'public' },
    )
    expectTypeOf(handler).toEqualTypeOf<(request: Request) => Promise<Response>>()
  })

  it('keeps the requests of a framework, and what else it hands to handlers', () => {
    interface ShopRequest extends Request {
      readonly shop: string
    }
    const handler = idempotent(
      (request: ShopRequest & Idempotent, place: { readonly params: { readonly id: string } }) =>
        new Response(request.shop + place.params.id),
      { idem, scope: (request) => request.shop },
    )
    expectTypeOf(handler).parameters.toEqualTypeOf<
      [ShopRequest, { readonly params: { readonly id: string } }]
    >()
  })

  it('does not take how long to wait: that is for the client to say', () => {
    // @ts-expect-error `Prefer: wait=N`, up to `maxWait`
    idempotent(() => new Response(), { idem, scope: 'public', waitTimeout: '5s' })
    // @ts-expect-error adapters reject
    idempotent(() => new Response(), { idem, scope: 'public', onInProgress: 'wait' })
  })
})

describe('idempotentFetch', () => {
  it('stands where fetch stands', () => {
    const send = idempotentFetch()
    expectTypeOf(send('/orders', { method: 'POST' })).resolves.toEqualTypeOf<Response>()
    expectTypeOf(send).toExtend<(input: string | URL | Request, init?: RequestInit) => Promise<Response>>()
  })
})
