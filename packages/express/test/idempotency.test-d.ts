import { type AttemptContext, Idem, MemoryStore } from '@idem/core'
import express, { type Request, type RequestHandler } from 'express'
import express4 from 'express4'
import { describe, expectTypeOf, test } from 'vitest'
import { type IdempotencyOptions, idempotency } from '../src/index'

const idem = new Idem({ store: new MemoryStore() })

describe('idempotency', () => {
  test('does not compile without a scope', () => {
    // @ts-expect-error a key belongs to somebody
    idempotency({ idem })
    expectTypeOf(idempotency({ idem, scope: 'public' })).toEqualTypeOf<RequestHandler>()
  })

  test('gives handlers their attempt, behind apps, routers and routes of both versions', () => {
    const protect = idempotency({ idem, scope: 'public' })
    express().use(protect)
    express.Router().post('/', protect, (req) => {
      expectTypeOf(req.idempotency).toEqualTypeOf<AttemptContext>()
    })
    express4().post('/', (req) => {
      expectTypeOf(req.idempotency).toEqualTypeOf<AttemptContext>()
    })
  })

  test('hands functions the request of Express', () => {
    idempotency({
      idem,
      scope: (req) => {
        expectTypeOf(req).toEqualTypeOf<Request>()
        return req.get('x-user') ?? ''
      },
    })
    expectTypeOf<IdempotencyOptions['scope']>().toExtend<'public' | ((req: Request) => unknown)>()
  })
})
