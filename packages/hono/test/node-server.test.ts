import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type HttpBindings, serve } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { Idem, MemoryStore } from '@idem/core'
import { type Context, Hono } from 'hono'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type IdempotencyOptions, idempotency } from '../src/index'

/** Bytes that are no UTF-8, behind a byte order mark. */
const BYTES = Uint8Array.of(0xef, 0xbb, 0xbf, 0x61, 0xff, 0x00)

/** Asks a protected handler on a real server, and gives what it answered. */
async function answers(
  handle: (c: Context) => Response | Promise<Response>,
  { body = BYTES, ...options }: Partial<IdempotencyOptions> & { body?: Uint8Array | string } = {},
) {
  const app = new Hono().use(
    idempotency({ idem: new Idem({ store: new MemoryStore() }), scope: 'public', ...options }),
  )
  app.post('/', handle)
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const headers = { 'Idempotency-Key': '"a"', 'Content-Type': 'text/plain' }
  const ask = () => fetch(url, { method: 'POST', body: body as string, headers })
  return [await ask(), await ask()] as const
}

/** What the handler saw, as the first answer says it and the replay says it again. */
async function seen(
  look: (c: Context) => unknown,
  options: Parameters<typeof answers>[1] = {},
): Promise<unknown> {
  const [first, again] = await answers(async (c) => c.json((await look(c)) ?? null), options)
  const text = await first.text()
  expect(again.headers.get('Idempotency-Replayed')).toBe('true')
  expect(await again.text()).toBe(text)
  return JSON.parse(text)
}

const list = (buffer: ArrayBuffer): number[] => [...new Uint8Array(buffer)]

describe('a request whose body was read for its fingerprint', () => {
  it.each<[string, (request: Request) => Promise<unknown>]>([
    ['arrayBuffer', async (request) => list(await request.arrayBuffer())],
    [
      'bytes',
      async (request) => [...(await (request as unknown as { bytes(): Promise<Uint8Array> }).bytes())],
    ],
    ['blob', async (request) => list(await (await request.blob()).arrayBuffer())],
    ['a clone', async (request) => list(await request.clone().arrayBuffer())],
    ['the stream', async (request) => list(await new Response(request.body).arrayBuffer())],
    ['a request like it', async (request) => list(await new Request(request).arrayBuffer())],
    [
      'another that has the same type',
      async (request) => list(await new (request.constructor as typeof Request)(request).arrayBuffer()),
    ],
  ])('gives all of its bytes as %s', async (_, read) => {
    expect(await seen((c) => read(c.req.raw))).toEqual([...BYTES])
  })

  it('gives text and JSON as any request does', async () => {
    const body = '\ufeff{"a":"\u00e9"}'
    expect(await seen((c) => c.req.raw.text(), { body })).toBe('{"a":"\u00e9"}')
    expect(await seen((c) => c.req.raw.json(), { body })).toEqual({ a: '\u00e9' })
    expect(await seen((c) => c.req.json(), { body })).toEqual({ a: '\u00e9' })
  })

  it('is read once, whichever way', async () => {
    const twice = (read: (request: Request) => Promise<unknown>) => async (c: Context) => {
      const before = c.req.raw.bodyUsed
      await read(c.req.raw)
      const failures = await Promise.allSettled([
        c.req.raw.text(),
        c.req.raw.arrayBuffer(),
        c.req.raw.blob(),
        (async () => c.req.raw.clone())(),
      ])
      return [before, c.req.raw.bodyUsed, ...failures.map(({ status }) => status)]
    }
    const used = [false, true, 'rejected', 'rejected', 'rejected', 'rejected']
    expect(await seen(twice((request) => request.text()))).toEqual(used)
    expect(await seen(twice((request) => request.blob()))).toEqual(used)
    expect(await seen(twice((request) => new Response(request.body).text()))).toEqual(used)
  })

  it('is still what the client sent, with the signal of the attempt', async () => {
    expect(
      await seen((c) => {
        const { raw } = c.req
        const like = new Request(raw)
        return [
          raw instanceof Request,
          raw.method === 'POST' && like.method === 'POST',
          new URL(raw.url).pathname,
          like.headers.get('content-type'),
          raw.cache,
          raw.signal === c.get('idempotency').signal,
        ]
      }),
    ).toEqual([true, true, '/', 'text/plain', 'default', true])
  })

  it('makes no signal for a handler that asks for none', async () => {
    let made = 0
    class Counted extends AbortController {
      constructor() {
        super()
        made++
      }
    }
    vi.stubGlobal('AbortController', Counted)
    onTestFinished(() => void vi.unstubAllGlobals())
    const onServer = async (look: (c: Context) => unknown) => {
      let count = 0
      await seen((c) => {
        const before = made
        look(c)
        count = made - before
      })
      return count
    }
    expect(await onServer((c) => c.req.raw.method)).toBe(0)
    expect(await onServer((c) => c.req.raw.signal)).toBe(1)
  })

  it('can be read by each function among the options, and by the handler after them', async () => {
    const read: string[] = []
    const look = async (c: Context) => {
      read.push(await c.req.raw.text())
      return 'k'
    }
    expect(await seen((c) => c.req.raw.text(), { body: 'abc', key: look, fingerprint: look })).toBe('abc')
    expect(read).toEqual(['abc', 'abc', 'abc', 'abc'])
  })
})

describe('a response', () => {
  it('goes out as the handler made it, though nobody has read it', async () => {
    let made: Response | undefined
    const [first, again] = await answers((c) => {
      c.header('X-Order', '7')
      made = c.text('h\u00e9 \u{1f600}', 201)
      return made
    })
    for (const answer of [first, again]) {
      expect(answer.status).toBe(201)
      expect(answer.headers.get('X-Order')).toBe('7')
      expect(answer.headers.get('Content-Type')).toBe('text/plain; charset=UTF-8')
      expect(await answer.text()).toBe('h\u00e9 \u{1f600}')
    }
    expect(made?.bodyUsed).toBe(false)
  })

  it('is kept as it left the handler, though the middleware around changes it afterwards', async () => {
    const app = new Hono()
    const idem = new Idem({ store: new MemoryStore() })
    let asked = 0
    app.use(async (c, next) => {
      await next()
      c.header('X-Asked', String(++asked))
    })
    app.post('/', idempotency({ idem, scope: 'public' }), (c) => c.text('paid'))
    const ask = () => app.request('/', { method: 'POST', headers: { 'Idempotency-Key': 'a' } })
    expect((await ask()).headers.get('X-Asked')).toBe('1')
    const again = await ask()
    expect(again.headers.get('X-Asked')).toBe('2')
    expect(await again.text()).toBe('paid')
  })

  it.each<[string, (c: Context) => Response]>([
    ['one header', (c) => c.body('paid', 200, { 'X-Order': '7' })],
    ['a header that needs to be trimmed', (c) => c.body('paid', 200, { 'X-Order': ' 7\t' })],
    ['a header beyond ASCII', (c) => c.text('paid', 200, { 'X-Order': '\u00e9' })],
    ['several lines of one', (c) => c.body('paid', 200, { 'X-Order': ['7', '8'] })],
    ['headers of its own kind', () => new Response('paid', { headers: new Headers({ 'X-Order': '7' }) })],
    [
      'a list of headers',
      () =>
        new Response('paid', {
          headers: [
            ['X-Order', '7'],
            ['x-order', '8'],
          ],
        }),
    ],
    ['two cases of one name', () => new Response('paid', { headers: { 'X-Order': '7', 'x-order': '8' } })],
    ['nothing but a type', () => new Response('paid')],
    ['no body', (c) => c.body(null, 204, { 'X-Order': '7' })],
    ['nothing to have a type', (c) => c.body(null, 201, { Location: '/orders/7' })],
    ['nothing to have a type, on its way as a stream', () => new Response(new Uint8Array(), { status: 201 })],
  ])('is replayed with the headers that it went out with: %s', async (_, respond) => {
    const [first, again] = await answers(respond)
    expect(again.headers.get('Idempotency-Replayed')).toBe('true')
    expect(again.status).toBe(first.status)
    const told = ({ headers }: Response) => [headers.get('X-Order'), headers.get('Content-Type')]
    expect(told(again)).toEqual(told(first))
    expect(await again.text()).toBe(await first.text())
  })

  it.each(['12345', '1\u00e945'])('is measured in bytes where it is kept: %s', async (text) => {
    const replays = await Promise.all(
      [4, 5].map((maxBodyBytes) => answers((c) => c.text(text), { maxBodyBytes })),
    )
    expect(replays.map(([, { status }]) => status)).toEqual([410, 200])
  })

  it.each([42, 1000])('with a status that no server can send is a failure: %i', async (status) => {
    let runs = 0
    const [first, again] = await answers((c) => c.text('paid', runs++ === 0 ? (status as 200) : 200))
    expect([first.status, again.status, runs]).toEqual([500, 200, 2])
  })

  it('that the handler has sent by itself is not replayed as what it is not', async () => {
    let runs = 0
    const [first, again] = await answers((c) => {
      const { outgoing } = c.env as HttpBindings
      outgoing.writeHead(201).end(`run ${++runs}`)
      return RESPONSE_ALREADY_SENT
    })
    expect([first.status, await first.text()]).toEqual([201, 'run 1'])
    expect([again.status, runs]).toEqual([410, 1])
  })

  it('that is too large to be kept goes out all the same', async () => {
    const [first, again] = await answers((c) => c.text('12345'), { maxBodyBytes: 4 })
    expect(await first.text()).toBe('12345')
    expect(again.status).toBe(410)
  })
})
