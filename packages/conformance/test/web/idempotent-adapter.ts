import type { idempotent } from '@idem/core/http'
import type { PlannedReply, WebAdapter } from '../../src/index'
import { serveFetch } from './serve-fetch'

/** `idempotent`, or another like it, on a plain `node:http` server. */
export function idempotentAdapter(protect: typeof idempotent): WebAdapter {
  return {
    listen: ({ options, handle }) =>
      serveFetch(
        protect(
          async (request) => {
            const { method, headers, body, idempotency: ctx } = request
            const { pathname, search } = new URL(request.url)
            const reply = await handle({
              method,
              target: pathname + search,
              header: (name) => headers.get(name) ?? undefined,
              body: body ?? none(),
              ctx,
            })
            return toResponse(reply)
          },
          options({
            header: (request, name) => request.headers.get(name) ?? undefined,
            text: (request) => request.text(),
          }),
        ),
      ),
  }
}

async function* none(): AsyncGenerator<Uint8Array> {}

function toResponse({ status, headers, body }: PlannedReply): Response {
  const given = body === undefined || body instanceof Uint8Array ? body : streamOf(body)
  return new Response(given as ConstructorParameters<typeof Response>[0], {
    status,
    headers: headers.map(([name, value]): [string, string] => [name, value]),
  })
}

function streamOf(pieces: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const source = pieces[Symbol.asyncIterator]()
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await source.next()
        if (done) controller.close()
        else controller.enqueue(value)
      },
    },
    { highWaterMark: 0 },
  )
}
