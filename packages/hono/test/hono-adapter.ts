import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import type { PlannedReply, WebAdapter } from '@idem/conformance'
import { type Context, Hono } from 'hono'
import { type IdempotencyEnv, idempotency } from '../src/index'

type Answer = (c: Context, reply: PlannedReply) => Response

/** Hono on `node:http`. `answer` says a reply in Hono's words; `prepare` puts in front what an app may have there. */
export function honoAdapter(
  answer: Answer,
  prepare: (app: Hono<IdempotencyEnv>) => unknown = () => {},
): WebAdapter {
  return {
    async listen({ options, handle }) {
      const app = new Hono<IdempotencyEnv>()
      prepare(app)
      const reading = {
        header: (c: Context, name: string) => c.req.header(name),
        text: (c: Context) => c.req.text(),
      }
      app.onError((_, c) => c.text('Internal Server Error', 500))
      app.all('*', idempotency(options(reading)), async (c) => {
        const { pathname, search } = new URL(c.req.url)
        const reply = await handle({
          method: c.req.method,
          target: pathname + search,
          header: (name) => c.req.header(name),
          body: bodyOf(c),
          ctx: c.get('idempotency'),
        })
        return answer(c, reply)
      })
      const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server
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
    },
  }
}

async function* bodyOf(c: Context): AsyncGenerator<Uint8Array> {
  if (c.req.raw.bodyUsed) yield new Uint8Array(await c.req.arrayBuffer())
  else if (c.req.raw.body !== null) yield* c.req.raw.body as unknown as AsyncIterable<Uint8Array>
}

/** As a `Response` that the handler makes. */
export const asResponse: Answer = (_, { status, headers, body }) =>
  new Response(contentOf(body), {
    status,
    headers: headers.map(([name, value]): [string, string] => [name, value]),
  })

/** By `c.header` and `c.body`. */
export const byContext: Answer = (c, { status, headers, body }) => {
  for (const [name, value] of headers) c.header(name, value, { append: true })
  c.status(status as 200)
  const content = contentOf(body)
  return content === null ? c.body(null) : c.body(content as ReadableStream)
}

function contentOf(body: PlannedReply['body']): ConstructorParameters<typeof Response>[0] {
  if (body === undefined) return null
  if (body instanceof Uint8Array) return body as ConstructorParameters<typeof Response>[0]
  const source = body[Symbol.asyncIterator]()
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await source.next()
        if (done) controller.close()
        else controller.enqueue(value)
      },
    },
    { highWaterMark: 0 },
  ) as ConstructorParameters<typeof Response>[0]
}
