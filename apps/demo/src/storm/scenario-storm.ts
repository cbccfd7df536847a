import { randomBytes, randomUUID } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { Idem } from '@idem/core'
import { createApp } from '../app'
import { SimulatedGateway } from '../gateway/simulated-gateway'
import { signCallback } from '../provider/provider-signature'
import { shuffled } from '../provider/shuffled'
import { MemoryBroker } from '../queue/memory-broker'
import { openShop } from '../shop'
import { STORES } from '../stores/stores'
import type { StormStore } from './storm'

/** What came of one scenario. */
export interface ScenarioRow {
  readonly scenario: string
  readonly store: string
  readonly requests: number
  /** How often it took effect, and how often it should have. */
  readonly effects: number
  readonly intended: number
  readonly ms: number
}

/** So many ask at a time. */
const AT_ONCE = 100
/** A client that is told to come again does so, but not for ever. */
const MOST_TRIES = 50

type Post = (path: string, body: unknown, headers?: Record<string, string>) => Promise<Reply>
// biome-ignore lint/suspicious/noExplicitAny: answers have every shape
type Reply = { readonly code: number; readonly body: any }

/** A crowd at the shop: what each scenario is asked, by how many, and what it comes to. */
interface Crowd {
  readonly scenario: string
  readonly intended: number
  readonly requests: number
  run(post: Post, get: (path: string) => Promise<Reply>): Promise<number>
}

/**
 * Has each scenario of the shop asked by many at once, most of them more than once, on one store, in one process. What counts is
 * how often it took effect.
 *
 * @param outer - ends it
 * @throws the signal's reason if it aborts
 */
export async function* scenarioStorm(
  { name, url }: StormStore,
  outer: AbortSignal,
): AsyncGenerator<ScenarioRow, void, undefined> {
  const signal = AbortSignal.any([outer])
  // Every client listens to it.
  setMaxListeners(0, signal)
  const opened = await STORES[name].open(url, () => {})
  const broker = new MemoryBroker()
  const gateway = new SimulatedGateway({ failureRate: 0, delayMs: [20, 60] })
  const callbackSecret = randomUUID()
  const { store, tables, locks } = opened
  const idem = new Idem({ store, namespace: `storm-${randomUUID()}` })
  const shop = openShop(
    { idem, tables, locks, gateway, publisher: broker },
    { tokenSecret: randomBytes(32), callbackSecret, url: () => '', broker, print: () => {}, crash: () => {} },
  )
  const app = createApp({
    routes: shop.routes,
    process: { number: 1, pid: process.pid },
    log: { print: () => {}, colour: false },
    report: () => {},
    stopping: signal,
  })
  const ask = async (path: string, init?: RequestInit): Promise<Reply> => {
    for (let times = 1; ; times++) {
      signal.throwIfAborted()
      const response = await app.request(path, init)
      const reply = { code: response.status, body: await response.json() }
      const after = response.headers.get('Retry-After')
      if (after === null || times === MOST_TRIES) return reply
      await sleep(Number(after) * 200, undefined, { signal })
    }
  }
  const post: Post = (path, body, headers) =>
    ask(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
  try {
    for (const crowd of crowds(callbackSecret, gateway)) {
      const start = performance.now()
      const effects = await crowd.run(post, (path) => ask(path))
      const { scenario, requests, intended } = crowd
      yield { scenario, store: name, requests, effects, intended, ms: Math.round(performance.now() - start) }
    }
  } finally {
    await shop.stop()
    await broker.close()
    await opened.close()
  }
}

function crowds(secret: string, gateway: SimulatedGateway): Crowd[] {
  const id = randomUUID()
  const user = `ann-${id}`
  const token = async (post: Post) => String((await post('/orders/token', {}, { 'X-User': user })).body.token)
  const order = (post: Post, key: string) =>
    post('/orders', { sku: 'tea', quantity: 1, amount: '9.50' }, { 'X-User': user, 'Idempotency-Key': key })
  return [
    {
      scenario: 'create order: 200 times with one token',
      requests: 200,
      intended: 1,
      async run(post, get) {
        const key = await token(post)
        await lanes(200, () => order(post, key))
        return (await get(`/orders?user=${user}`)).body.orders.length
      },
    },
    {
      scenario: 'payment callback: PENDING, PAID and REFUNDED, 100 times each, shuffled',
      requests: 300,
      // From PENDING to PAID, and from there to REFUNDED.
      intended: 2,
      async run(post) {
        const { order_id } = (await order(post, await token(post))).body.order
        const told = { trade_no: `T-${order_id}`, order_id, amount: '9.50', occurred_at: new Date() }
        const calls = shuffled(['PENDING', 'PAID', 'REFUNDED'].flatMap((each) => Array(100).fill(each)))
        const messages = await lanes(calls.length, async (at) => {
          const body = { ...told, status: calls[at] }
          const signature = signCallback(secret, JSON.stringify(body))
          const reply = await post('/callbacks/payment', body, { 'Provider-Signature': signature })
          return reply.code === 200 ? reply.body.message : undefined
        })
        return new Set(messages.filter((message) => / became (PAID|REFUNDED) /.test(message))).size
      },
    },
    {
      scenario: 'stock: 500 buyers for 100 pieces, each asking twice',
      requests: 1000,
      intended: 100,
      async run(post, get) {
        await post(`/stock/${id}`, { quantity: 100 }, { 'Idempotency-Key': id })
        await lanes(1000, (at) => post(`/stock/${id}/reserve`, { order: `o-${at % 500}`, quantity: 1 }))
        return (await get(`/stock/${id}`)).body.orders.length
      },
    },
    ...(['lock', 'version'] as const).map((way) => ({
      scenario: `coupon, by ${way}: 500 users for 100 coupons, each asking twice`,
      requests: 1000,
      intended: 100,
      async run(post: Post) {
        const coupon = `${way}-${id}`
        await post('/coupons', { id: coupon, issued: 100 })
        const replies = await lanes(1000, (at) =>
          post(`/coupons/${coupon}/claim`, { user_id: `u-${at % 500}`, way }),
        )
        return new Set(replies.flatMap(({ code, body }) => (code === 200 ? [body.serial] : []))).size
      },
    })),
    {
      scenario: 'queue: 100 paid orders, each published 3 times; points for each',
      requests: 300,
      intended: 100,
      async run(post, get) {
        const buyer = `eve-${id}`
        const paid = { user: buyer, sku: 'tea', quantity: 1, amount: '1.00' }
        await lanes(300, (at) => post('/queue/publish', { ...paid, order: `q-${at % 100}-${id}` }))
        let booked = 0
        for (let tries = 0; tries < 300; tries++) {
          const { balance } = (await get(`/points?user=${buyer}`)).body
          if (balance === booked && booked >= 100) break
          booked = balance
          await sleep(50)
        }
        return booked
      },
    },
    {
      scenario: 'checkout: 100 times with one key, over order, stock, gateway and queue',
      requests: 100,
      intended: 1,
      async run(post) {
        const sku = `cup-${id}`
        const before = gateway.ledger.charges().length
        await post(`/stock/${sku}`, { quantity: 9 }, { 'Idempotency-Key': sku })
        const headers = { 'X-User': user, 'Idempotency-Key': sku, Prefer: 'wait=30' }
        await lanes(100, () => post('/checkout', { sku, quantity: 1, amount: '20.00' }, headers))
        return gateway.ledger.charges().length - before
      },
    },
  ]
}

/** So many requests, a part of them at once; as soon as one is answered the next one follows. */
async function lanes<T>(count: number, ask: (at: number) => Promise<T>): Promise<T[]> {
  const answers: T[] = []
  let next = 0
  const lane = async () => {
    while (next < count) answers.push(await ask(next++))
  }
  await Promise.all(Array.from({ length: Math.min(count, AT_ONCE) }, lane))
  return answers
}
