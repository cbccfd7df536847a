import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { Idem, MemoryStore } from '@idem/core'
import { idempotency as forExpress, type IdempotencyOptions } from '@idem/express'
import { idempotency as forHono } from '@idem/hono'
import express from 'express'
import { Hono } from 'hono'
import { payThrice } from './pay-thrice.js'
import { issueToken, POST } from './route.js'

const idem = new Idem({ store: new MemoryStore() })
const runs = { express: 0, hono: 0 }

const options: IdempotencyOptions = { idem, name: 'express', scope: (req) => req.get('x-user') ?? '' }
const app = express()
app.use(express.json())
app.post('/payments', forExpress(options), async (req, res) => {
  const run: number = await req.idempotency.step('run', () => ++runs.express)
  res.status(201).json({ run })
})
const server = app.listen(0, '127.0.0.1')
await once(server, 'listening')
const { port } = server.address() as AddressInfo
const url = `http://127.0.0.1:${port}/payments`
console.log('Express', await payThrice((init) => fetch(url, init), '"o-1"'))
server.close()

const shop = new Hono<{ Variables: { user: string } }>()
shop.use(async (c, next) => {
  c.set('user', c.req.header('x-user') ?? '')
  await next()
})
shop.post(
  '/payments',
  forHono<{ Variables: { user: string } }>({ idem, name: 'hono', scope: (c) => c.get('user') }),
  async (c) => {
    const run: number = await c.get('idempotency').step('run', () => ++runs.hono)
    return c.json({ run }, 201)
  },
)
console.log('Hono', await payThrice(async (init) => shop.request('/payments', init), '"o-1"'))

const params = Promise.resolve({ order: 'o-1' })
const send = (init: RequestInit) => POST(new Request('https://shop.test/api/orders/o-1', init), { params })
console.log('route', await payThrice(send, await issueToken('ann')))

// @ts-expect-error Hono's context is no request of Express
export const mixed: IdempotencyOptions = { idem, scope: (req) => req.get('user').id }
