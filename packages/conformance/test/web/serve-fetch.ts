import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import type { WebServer } from '../../src/index'

/** Serves a web handler with nothing but `node:http`. What it throws is answered with a 500. */
export async function serveFetch(handle: (request: Request) => Promise<Response>): Promise<WebServer> {
  const server = createServer((incoming, outgoing) => {
    handle(toRequest(incoming, outgoing))
      .catch(() => new Response('Internal Server Error', { status: 500 }))
      .then((response) => send(response, outgoing))
      .catch(() => outgoing.destroy())
  })
  server.listen(0, '127.0.0.1')
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

function toRequest(incoming: IncomingMessage, outgoing: ServerResponse): Request {
  const { method = 'GET', url = '/', rawHeaders } = incoming
  const headers = new Headers()
  for (let at = 0; at < rawHeaders.length; at += 2) {
    headers.append(rawHeaders[at] as string, rawHeaders[at + 1] as string)
  }
  const left = new AbortController()
  outgoing.once('close', () => left.abort())
  const hasBody = incoming.headers['content-length'] !== undefined || incoming.headers['transfer-encoding']
  return new Request(url.startsWith('/') ? `http://127.0.0.1${url}` : url, {
    method,
    headers,
    signal: left.signal,
    ...(hasBody && method !== 'GET' && { body: Readable.toWeb(incoming) as ReadableStream, duplex: 'half' }),
  })
}

async function send(response: Response, outgoing: ServerResponse): Promise<void> {
  const { status, headers, body } = response
  const lines = [...headers].flat()
  outgoing.writeHead(status, lines)
  if (body === null) {
    outgoing.end()
    return
  }
  const reader = body.getReader()
  let wake = (): void => {}
  outgoing.on('drain', () => wake())
  outgoing.on('close', () => {
    reader.cancel().catch(() => {})
    wake()
  })
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    if (outgoing.write(value) || outgoing.destroyed) continue
    await new Promise<void>((resolve) => {
      wake = resolve
    })
  }
  outgoing.end()
}
