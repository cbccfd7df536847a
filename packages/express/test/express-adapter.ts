import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { PlannedReply, WebAdapter, WebServer } from '@idem/conformance'
import express5, { type Express, type Request, type Response } from 'express'
import express4 from 'express4'
import { idempotency } from '../src/index'

/** Both, with the types of the newer one: what these tests use is the same in both. */
export const VERSIONS = [
  ['Express 5', express5],
  ['Express 4', express4 as unknown as typeof express5],
] as const

export type Answer = (res: Response, reply: PlannedReply) => unknown

/** Express on `node:http`. `answer` says a reply in Express' words; `prepare` puts in front what an app may have there. */
export function expressAdapter(
  express: typeof express5,
  answer: Answer,
  prepare: (app: Express) => unknown = () => {},
): WebAdapter {
  return {
    async listen({ options, handle }) {
      const app = express()
      // What it would print of errors.
      app.set('env', 'test')
      prepare(app)
      const reading = {
        header: (req: Request, name: string) => req.get(name),
        text: (req: Request) => String(req.body),
      }
      app.use(idempotency(options(reading)), async (req, res, next) => {
        try {
          const reply = await handle({
            method: req.method,
            target: req.originalUrl,
            header: (name) => req.get(name),
            body: req.body instanceof Buffer ? Readable.from([req.body]) : bodyOf(req),
            ctx: req.idempotency,
          })
          await answer(res, reply)
        } catch (error) {
          next(error)
        }
      })
      return serve(app)
    },
  }
}

/** Listens on a free port of 127.0.0.1. */
export async function serve(app: Express): Promise<WebServer> {
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function* bodyOf(req: Request): AsyncGenerator<Uint8Array> {
  yield* req.iterator({ destroyOnReturn: false })
}

/** As Express does it. */
export const bySend: Answer = async (res, { status, headers, body }) => {
  res.status(status)
  for (const [name, value] of headers) res.append(name, value)
  if (body === undefined) res.end()
  else if (body instanceof Uint8Array) res.send(Buffer.from(body))
  else await pipeline(Readable.from(body, { objectMode: false, highWaterMark: 1 }), res)
}

/** As Node does it. */
export const byWrite: Answer = async (res, { status, headers, body }) => {
  res.writeHead(status, headers.flat())
  if (body === undefined) res.end()
  else if (body instanceof Uint8Array) res.end(body)
  else {
    for await (const piece of body) {
      if (!res.write(piece)) await once(res, 'drain')
    }
    res.end()
  }
}
