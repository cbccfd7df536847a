import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { Idem } from '@idem/core'
import { idempotency } from '@idem/express'
import { Idempotency } from '@node-idempotency/core'
import { RedisStorageAdapter } from '@node-idempotency/storage-adapter-redis'
import express, { type RequestHandler } from 'express'
import { idempotency as expressIdempotency, getSharedIdempotencyService } from 'express-idempotency'
import { connect } from '../../redis/connect'
import { openRedisStore } from '../../redis/open-redis-store'
import { ANSWER } from '../../work/answer'
import { RETENTION_MS } from '../../work/retention'
import { RAN_AGAIN, SETTLED } from '../order'
import type { Start } from './hono'
import { rawCalls } from './raw-calls'

async function listen(...protect: RequestHandler[]): Promise<number> {
  const app = express()
  app.use(express.json(), ...protect)
  app.post('/payments', (req, res) => {
    // Whoever answers by itself, and calls the handler all the same, does not count as having run it.
    if (res.headersSent) return
    if (req.headers[SETTLED] !== undefined) res.status(500).json({ error: RAN_AGAIN })
    else res.status(201).json(ANSWER)
  })
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

const bare: Start = () => listen()

const raw: Start = async (redisUrl) => {
  const around = rawCalls(await connect(redisUrl))
  return listen(async (req, res, next) => {
    const { kept, keep } = await around(req.get('idempotency-key') ?? '')
    if (kept !== null) {
      res.status(201).type('application/json').send(kept)
      return
    }
    const end = res.end.bind(res) as (...args: unknown[]) => typeof res
    // The end waits for the record, as it does wherever nothing may be lost.
    res.end = ((...args: unknown[]) => {
      keep().then(() => end(...args), next)
      return res
    }) as typeof res.end
    next()
  })
}

const idem: Start = async (redisUrl) => {
  const { store } = await openRedisStore(redisUrl)
  return listen(idempotency({ idem: new Idem({ store }), scope: (req) => req.get('x-user') ?? '' }))
}

/** There is no middleware of it for Express: its core as its README has it. */
const nodeIdempotency: Start = async (redisUrl) => {
  const adapter = new RedisStorageAdapter({ url: redisUrl })
  await adapter.connect()
  const idempotency = new Idempotency(adapter)
  return listen(async (req, res, next) => {
    const { method, path, body } = req
    const headers = { 'idempotency-key': req.get('idempotency-key') ?? '' }
    const request = { method, path, headers, body: body as Record<string, unknown> }
    const kept = await idempotency.onRequest(request)
    if (kept) {
      res.status(Number(kept.additional?.['status'])).json(kept.body)
      return
    }
    const json = res.json.bind(res)
    res.json = (answer: unknown) => {
      const response = { body: answer as object, additional: { status: res.statusCode } }
      idempotency.onResponse(request, response).then(() => json(answer), next)
      return res
    }
    next()
  })
}

/** Its middleware, on an adapter for ioredis that does one call for each that it is asked for. */
const peer: Start = async (redisUrl) => {
  const client = await connect(redisUrl)
  const save = async (resource: { readonly idempotencyKey: string }): Promise<void> => {
    await client.set(resource.idempotencyKey, JSON.stringify(resource), 'PX', RETENTION_MS)
  }
  const dataAdapter = {
    async findByIdempotencyKey(key: string) {
      const text = await client.get(key)
      return text === null ? null : JSON.parse(text)
    },
    create: save,
    update: save,
    async delete(key: string): Promise<void> {
      await client.del(key)
    },
  }
  const protect = expressIdempotency({ dataAdapter }) as unknown as RequestHandler
  return listen(protect, (req, _, next) => {
    // As its README asks: whoever was answered must not be answered again.
    if (!getSharedIdempotencyService().isHit(req as never)) next()
  })
}

export const expressApps = {
  'express-bare': bare,
  'express-raw': raw,
  'express-idem': idem,
  'express-node-idempotency': nodeIdempotency,
  'express-idempotency': peer,
} satisfies Record<string, Start>
