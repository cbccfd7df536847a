// A shop for any runtime that knows `Request` and `Response`. Asks nothing of one of them, and keeps everything in memory.
import { Idem, MemoryStore } from '@idem/core'
import { encryptedCodec } from '@idem/core/encrypted'
import { idempotent } from '@idem/core/http'
import { idempotency } from '@idem/hono'
import { fromToken, TokenIssuer } from '@idem/token'
import { Hono } from 'hono'
import { useCore } from './use-core.mjs'

const tokens = new TokenIssuer({ secret: new Uint8Array(32).fill(7) })
const store = new MemoryStore()
const idem = new Idem({ store })
const sealed = new Idem({
  store,
  namespace: 'sealed',
  codec: encryptedCodec({ keys: [{ id: 'a', key: new Uint8Array(32).fill(9) }] }),
})
const runs = { payments: 0, orders: 0, cards: 0 }

const userOf = (request) => request.headers.get('x-user') ?? ''
const pay = idempotent(
  async (request) => {
    const bytes = Uint8Array.of(0, 128, 255, ++runs.payments, (await request.arrayBuffer()).byteLength)
    return new Response(bytes, { status: 201, headers: { 'Content-Type': 'application/octet-stream' } })
  },
  { idem, scope: userOf, key: fromToken(tokens, { operation: 'payment', subject: userOf }) },
)

const shop = new Hono()
shop.post('/tokens', async (c) =>
  c.text(await tokens.issue({ subject: userOf(c.req.raw), operation: 'payment' })),
)
shop.post('/payments', (c) => pay(c.req.raw))
shop.post('/orders', idempotency({ idem, scope: (c) => userOf(c.req.raw) }), async (c) => {
  const { item } = await c.req.json()
  const id = await c.get('idempotency').step('number', () => ++runs.orders)
  // Long enough for those that were sent at the same time to arrive.
  await new Promise((resolve) => setTimeout(resolve, 200))
  return c.json({ id, item }, 201, { 'X-Order': `o-${id}` })
})
shop.post('/cards', async (c) => {
  const number = await c.req.text()
  const { value, replayed } = await sealed.execute('card', () => ({ number, run: ++runs.cards }))
  const kept = (await store.get('sealed:::card')).value
  return c.json({ ...value, replayed, kept: kept.slice(0, 9), readable: kept.includes(number) })
})
shop.get('/runs', (c) => c.json(runs))
shop.get('/core', async (c) => c.json(await useCore()))

/** Answers a request. */
export const answer = (request) => shop.fetch(request)
