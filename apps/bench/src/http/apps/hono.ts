import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { Idem } from '@idem/core'
import { idempotency } from '@idem/hono'
import { Idempotency } from '@node-idempotency/core'
import { RedisStorageAdapter } from '@node-idempotency/storage-adapter-redis'
import { Hono, type MiddlewareHandler } from 'hono'
import { connect } from '../../redis/connect'
import { openRedisStore } from '../../redis/open-redis-store'
import { ANSWER } from '../../work/answer'
import { RAN_AGAIN, SETTLED } from '../order'
import { rawCalls } from './raw-calls'

/** Starts an app on a free port, and gives that. */
export type Start = (redisUrl: string) => Promise<number>

async function listen(...protect: MiddlewareHandler[]): Promise<number> {
  const app = new Hono()
  for (const each of protect) app.use(each)
  app.post('/payments', async (c) => {
    if (c.req.header(SETTLED) !== undefined) return c.json({ error: RAN_AGAIN }, 500)
    await c.req.json()
    return c.json(ANSWER, 201)
  })
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

const bare: Start = () => listen()

const raw: Start = async (redisUrl) => {
  const around = rawCalls(await connect(redisUrl))
  return listen(async (c, next) => {
    const { kept, keep } = await around(c.req.header('idempotency-key') ?? '')
    if (kept !== null) {
      c.res = new Response(kept, { status: 201, headers: { 'content-type': 'application/json' } })
      return
    }
    await next()
    await keep()
  })
}

const idem: Start = async (redisUrl) => {
  const { store } = await openRedisStore(redisUrl)
  return listen(idempotency({ idem: new Idem({ store }), scope: (c) => c.req.header('x-user') ?? '' }))
}

/** There is no middleware of it for Hono: its core as its README has it, `onRequest` before the work, `onResponse` after. */
const nodeIdempotency: Start = async (redisUrl) => {
  const adapter = new RedisStorageAdapter({ url: redisUrl })
  await adapter.connect()
  const idempotency = new Idempotency(adapter)
  return listen(async (c, next) => {
    const headers = { 'idempotency-key': c.req.header('idempotency-key') ?? '' }
    const request = { method: c.req.method, path: c.req.path, headers, body: await c.req.json() }
    const kept = await idempotency.onRequest(request)
    if (kept) {
      c.res = Response.json(kept.body, { status: Number(kept.additional?.['status']) })
      return
    }
    await next()
    const body = await c.res.clone().json()
    await idempotency.onResponse(request, { body, additional: { status: c.res.status } })
  })
}

export const honoApps = {
  'hono-bare': bare,
  'hono-raw': raw,
  'hono-idem': idem,
  'hono-node-idempotency': nodeIdempotency,
} satisfies Record<string, Start>
