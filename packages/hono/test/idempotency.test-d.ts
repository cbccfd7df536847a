import { type AttemptContext, Idem, MemoryStore } from '@idem/core'
import { type Context, Hono } from 'hono'
import { describe, expectTypeOf, test } from 'vitest'
import { type IdempotencyEnv, idempotency } from '../src/index'

const idem = new Idem({ store: new MemoryStore() })
interface ShopEnv {
  Variables: { readonly user: { readonly id: string } }
}

describe('idempotency', () => {
  test('does not compile without a scope', () => {
    // @ts-expect-error a key belongs to somebody
    idempotency({ idem })
    idempotency({ idem, scope: 'public' })
  })

  test('gives handlers of a route their attempt, whatever the app knows of it', () => {
    new Hono<ShopEnv>().post('/', idempotency<ShopEnv>({ idem, scope: (c) => c.get('user').id }), (c) => {
      expectTypeOf(c.get('idempotency')).toEqualTypeOf<AttemptContext>()
      expectTypeOf(c.get('user')).toEqualTypeOf<{ readonly id: string }>()
      return c.text('')
    })
  })

  test('hands functions the context of the app', () => {
    idempotency<ShopEnv>({
      idem,
      scope: (c) => {
        expectTypeOf(c).toEqualTypeOf<Context<ShopEnv>>()
        return c.get('user').id
      },
    })
    expectTypeOf<IdempotencyEnv['Variables']['idempotency']>().toEqualTypeOf<AttemptContext>()
  })
})
