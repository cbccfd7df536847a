import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { Idem, MemoryStore } from '@idem/core'
import { startTcpProxy, type TcpProxy } from '@idem/test-servers'
import { type Context, Hono, type Next } from 'hono'
import Stripe from 'stripe'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { idempotency } from '../src/index'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const ACCOUNTS: Readonly<Record<string, string>> = {
  'Bearer sk_test_ann': 'acct_ann',
  'Bearer sk_test_bob': 'acct_bob',
}
const accountOf = (c: Context): string => ACCOUNTS[c.req.header('authorization') ?? ''] ?? ''

/** Stripe's client takes an answer for an error only if it has an `error`, whatever its status. */
async function inStripesWords(c: Context, next: Next): Promise<void> {
  await next()
  if (c.res.headers.get('content-type') !== 'application/problem+json') return
  const { title, status } = (await c.res.json()) as { title: string; status: number }
  const headers = new Headers(c.res.headers)
  headers.set('content-type', 'application/json')
  const error = { type: status === 422 ? 'idempotency_error' : 'api_error', message: title }
  c.res = undefined
  c.res = new Response(JSON.stringify({ error }), { status: status === 422 ? 400 : status, headers })
}

interface Shop {
  readonly proxy: TcpProxy
  readonly charges: readonly { readonly account: string; readonly amount: string }[]
  /** The key of each request that came in. */
  readonly keys: readonly string[]
  /** The status of each answer that went out. */
  readonly statuses: readonly number[]
  client(secret?: string): Stripe
}

/** What there is of Stripe here, behind a network that can fail. `before` is called when a charge begins. */
async function shop(before: () => Promise<void> = async () => {}): Promise<Shop> {
  const charges: { account: string; amount: string }[] = []
  const keys: string[] = []
  const statuses: number[] = []
  const app = new Hono()
    .use(inStripesWords)
    .use(async (c, next) => {
      keys.push(c.req.header('idempotency-key') ?? '')
      await next()
      statuses.push(c.res.status)
    })
    .use(idempotency({ idem: new Idem({ store: new MemoryStore() }), scope: accountOf, retryAfter: '1s' }))
    .post('/v1/payment_intents', async (c) => {
      await before()
      const { amount, currency, 'metadata[order]': order } = await c.req.parseBody()
      const charge = { account: accountOf(c), amount: String(amount) }
      charges.push(charge)
      const id = `pi_${charges.length}`
      const answer = { id, object: 'payment_intent', amount: Number(amount), currency, metadata: { order } }
      return c.json(answer, 200, { 'Request-Id': `req_${charges.length}` })
    })
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server
  await once(server, 'listening')
  closers.push(async () => {
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  })
  const proxy = await startTcpProxy((server.address() as AddressInfo).port)
  closers.push(() => proxy.close())
  const client = (secret = 'sk_test_ann') =>
    new Stripe(secret, { host: '127.0.0.1', port: proxy.port, protocol: 'http', maxNetworkRetries: 2 })
  return { proxy, charges, keys, statuses, client }
}

const ORDER = { amount: 1099, currency: 'eur', metadata: { order: 'A-1 & co.' } } as const

describe("Stripe's own client", () => {
  it('gets the one charge that there is, though the first answer was lost on its way', async () => {
    const { proxy, charges, keys, client } = await shop()
    const lost = proxy.cutAfterNextRequest(1, 'POST /v1/payment_intents')
    const intent = await client().paymentIntents.create(ORDER)
    await lost
    expect(intent).toMatchObject({ id: 'pi_1', ...ORDER })
    expect(intent.lastResponse.headers['idempotency-replayed']).toBe('true')
    expect(charges).toEqual([{ account: 'acct_ann', amount: '1099' }])
    expect(proxy.counts.lostReplies).toBe(1)
    expect(keys).toHaveLength(2)
    expect(new Set(keys).size).toBe(1)
  })

  it('gets it as well where every answer but the last is lost', async () => {
    const { proxy, charges, keys, client } = await shop()
    const lost = proxy.cutAfterNextRequest(2, 'POST /v1/payment_intents')
    expect((await client().paymentIntents.create(ORDER)).id).toBe('pi_1')
    await lost
    expect([charges.length, keys.length, new Set(keys).size]).toEqual([1, 3, 1])
  })

  it('waits and comes back where another of its calls is still being processed', async () => {
    let begun = (): void => {}
    let goOn = (): void => {}
    const [begins, goesOn] = [
      new Promise<void>((resolve) => (begun = resolve)),
      new Promise<void>((resolve) => (goOn = resolve)),
    ]
    const { charges, statuses, client } = await shop(async () => {
      begun()
      await goesOn
    })
    const idempotencyKey = 'order-A-1'
    const first = client().paymentIntents.create(ORDER, { idempotencyKey })
    await begins
    const second = client().paymentIntents.create(ORDER, { idempotencyKey })
    await vi.waitUntil(() => statuses.includes(409), 10_000)
    goOn()
    expect((await Promise.all([first, second])).map(({ id }) => id)).toEqual(['pi_1', 'pi_1'])
    expect(charges).toHaveLength(1)
    expect(statuses.filter((status) => status !== 409)).toEqual([200, 200])
  })

  it('is told of a key that it used with other parameters, and nothing is charged', async () => {
    const { charges, client } = await shop()
    const idempotencyKey = 'order-A-1'
    await client().paymentIntents.create(ORDER, { idempotencyKey })
    const other = client().paymentIntents.create({ ...ORDER, amount: 9900 }, { idempotencyKey })
    await expect(other).rejects.toBeInstanceOf(Stripe.errors.StripeIdempotencyError)
    await expect(other).rejects.toMatchObject({
      statusCode: 400,
      message: expect.stringContaining('another request'),
    })
    expect(charges).toHaveLength(1)
    const again = await client().paymentIntents.create(ORDER, { idempotencyKey })
    expect(again.lastResponse.headers['idempotency-replayed']).toBe('true')
  })

  it('charges each account for itself, also under the same key, and each call without one', async () => {
    const { charges, client } = await shop()
    const idempotencyKey = 'order-A-1'
    await client().paymentIntents.create(ORDER, { idempotencyKey })
    expect((await client('sk_test_bob').paymentIntents.create(ORDER, { idempotencyKey })).id).toBe('pi_2')
    await client().paymentIntents.create(ORDER)
    expect(charges.map(({ account }) => account)).toEqual(['acct_ann', 'acct_bob', 'acct_ann'])
  })
})
