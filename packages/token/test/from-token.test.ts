import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Idem, MemoryStore, type Store } from '@idem/core'
import { idempotent } from '@idem/core/http'
import { idempotency as protectExpress } from '@idem/express'
import { idempotency } from '@idem/hono'
import express, { type Express } from 'express'
import { type Context, Hono } from 'hono'
import { afterEach, describe, expect, it } from 'vitest'
import { fromToken } from '../src/index'
import { clock, issuer, SECRET, START, USE } from './support/tokens'

/** A store that says what it was told. */
function toldStore(): { store: Store; told: string[] } {
  const told: string[] = []
  const memory = new MemoryStore()
  const store = new Proxy(memory, {
    get(_, name: keyof MemoryStore) {
      const method: unknown = memory[name]
      if (typeof method !== 'function') return method
      return (...args: unknown[]) => {
        told.push(JSON.stringify([name, ...args]))
        return method.apply(memory, args)
      }
    },
  })
  return { store: store as unknown as Store, told }
}

const servers = new Set<Server>()
afterEach(() => {
  for (const server of servers) server.close().closeAllConnections()
  servers.clear()
})

/** The app as a function: each request goes over a socket. */
function served(app: Express): (request: Request) => Promise<Response> {
  let listening: Promise<number> | undefined
  const listen = () =>
    new Promise<number>((resolve) => {
      const server = app.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
      servers.add(server)
    })
  return async (request) => {
    listening ??= listen()
    const { pathname } = new URL(request.url)
    const { method, headers } = request
    const body = await request.text()
    return fetch(`http://127.0.0.1:${await listening}${pathname}`, { method, headers, ...(body && { body }) })
  }
}

function shop() {
  const time = clock()
  const tokens = issuer({ now: time.now })
  const { store, told } = toldStore()
  const idem = new Idem({ store })
  let runs = 0
  const options = { idem, scope: 'public', docs: 'https://shop.example/keys' } as const
  const user = (headers: { get(name: string): string | null }) => headers.get('x-user') ?? ''
  const web = idempotent(async (request) => new Response(`run ${++runs} ${await request.text()}`), {
    ...options,
    key: fromToken(tokens, { operation: 'payment', subject: ({ headers }) => user(headers) }),
  })
  const hono = new Hono().all(
    '/payments',
    idempotency({
      ...options,
      key: fromToken(tokens, { operation: 'payment', subject: (c: Context) => user(c.req.raw.headers) }),
    }),
    async (c) => c.text(`run ${++runs} ${await c.req.text()}`),
  )
  const app = express().all(
    '/payments',
    protectExpress({
      ...options,
      key: fromToken(tokens, { operation: 'payment', subject: (req) => req.get('x-user') ?? '' }),
    }),
    express.text({ type: () => true }),
    (req, res) => {
      res.type('text/plain').send(`run ${++runs} ${req.body ?? ''}`)
    },
  )
  return {
    time,
    tokens,
    told,
    runs: () => runs,
    handlers: {
      idempotent: web,
      Hono: async (request: Request): Promise<Response> => hono.fetch(request),
      Express: served(app),
    },
  }
}

const pay = (key: string | undefined, init: RequestInit & { user?: string } = {}): Request =>
  new Request('http://shop.test/payments', {
    method: 'POST',
    body: 'ten',
    ...init,
    headers: { 'X-User': init.user ?? 'ann', ...(key !== undefined && { 'Idempotency-Key': key }) },
  })

describe.each(['idempotent', 'Hono', 'Express'] as const)('a request with a token, to %s', (adapter) => {
  it('runs once, and its repetitions get its answer, with quotes and without', async () => {
    const { handlers, tokens, runs } = shop()
    const token = await tokens.issue(USE)
    const first = await handlers[adapter](pay(token))
    const again = await handlers[adapter](pay(`"${token}"`))
    expect([await first.text(), await again.text()]).toEqual(['run 1 ten', 'run 1 ten'])
    expect([first, again].map(({ headers }) => headers.get('idempotency-replayed'))).toEqual([null, 'true'])
    expect(runs()).toBe(1)
  })

  it('may have a token longer than any key', async () => {
    const { handlers, tokens, runs } = shop()
    const user = 'u'.repeat(255)
    const token = await tokens.issue({ ...USE, subject: user })
    expect(token.length).toBeGreaterThan(255)
    for (const key of [token, `"${token}"`])
      expect((await handlers[adapter](pay(key, { user }))).status).toBe(200)
    expect(runs()).toBe(1)
  })

  it('leaves nothing secret in the store: the key is its jti', async () => {
    const { handlers, tokens, told } = shop()
    const token = await tokens.issue(USE)
    await handlers[adapter](pay(token))
    const { jti } = await tokens.verify(token, USE)
    expect(told.join('\n')).toContain(`:http::${jti}"`)
    for (const part of token.split('.')) expect(told.join('\n')).not.toContain(part)
  })

  it('is refused with another payload', async () => {
    const { handlers, tokens, runs } = shop()
    const token = await tokens.issue(USE)
    await handlers[adapter](pay(token))
    expect((await handlers[adapter](pay(token, { body: 'eleven' }))).status).toBe(422)
    expect(runs()).toBe(1)
  })

  it('runs for each of two tokens', async () => {
    const { handlers, tokens } = shop()
    const answers = [await tokens.issue(USE), await tokens.issue(USE)].map((token) =>
      handlers[adapter](pay(token)),
    )
    const texts = await Promise.all((await Promise.all(answers)).map((answer) => answer.text()))
    // Which of them a server reads first is its own affair.
    expect(texts.sort()).toEqual(['run 1 ten', 'run 2 ten'])
  })

  it('needs no token where it changes nothing', async () => {
    const { handlers, told } = shop()
    const get = { method: 'GET', body: null }
    expect((await handlers[adapter](pay(undefined, get))).status).toBe(200)
    expect((await handlers[adapter](pay('forged', get))).status).toBe(200)
    expect(told).toEqual([])
  })

  const refusals = [
    ['no token', 400, 'key-missing', async () => pay(undefined)],
    ['an empty header', 401, 'token-invalid', async () => pay('')],
    ['a UUID', 401, 'token-invalid', async () => pay('8e03978e-40d5-43e8-bc93-6894a57f9324')],
    ['two tokens', 401, 'token-invalid', async (token: string) => pay(`${token}, ${token}`)],
    ['a key too long for any token', 401, 'token-invalid', async () => pay('a'.repeat(9000))],
    [
      'a forged token',
      401,
      'token-invalid',
      async () => pay(await issuer({ secret: SECRET.toUpperCase() }).issue(USE)),
    ],
    [
      'a forged token, on DELETE',
      401,
      'token-invalid',
      async (token: string) => pay(token.slice(1), { method: 'DELETE' }),
    ],
    [
      'a token of another user',
      403,
      'token-other-subject',
      async (token: string) => pay(token, { user: 'bob' }),
    ],
  ] as const

  it.each(refusals)('is refused with %s: %i %s, and costs no store call', async (_, status, name, make) => {
    const { handlers, tokens, told, runs } = shop()
    await isProblem(await handlers[adapter](await make(await tokens.issue(USE))), status, name)
    expect(told).toEqual([])
    expect(runs()).toBe(0)
  })

  it('is refused for another operation: 403, and costs no store call', async () => {
    const { handlers, tokens, told } = shop()
    const token = await tokens.issue({ ...USE, operation: 'refund' })
    await isProblem(await handlers[adapter](pay(token)), 403, 'token-other-operation')
    expect(told).toEqual([])
  })

  it('is refused when its time is over, also where it was answered before: 401', async () => {
    const { handlers, tokens, time, told, runs } = shop()
    const token = await tokens.issue(USE)
    await handlers[adapter](pay(token))
    const before = told.length
    time.ms = START + 16 * 60_000
    await isProblem(await handlers[adapter](pay(token)), 401, 'token-expired')
    expect([told.length, runs()]).toEqual([before, 1])
  })

  it('is run once, of 500 that come at once', async () => {
    const { handlers, tokens, runs } = shop()
    const token = await tokens.issue(USE)
    const answers = await Promise.all(
      Array.from({ length: 500 }, async () => handlers[adapter](pay(token, { user: 'ann' }))),
    )
    expect(runs()).toBe(1)
    const told = await Promise.all(answers.map(async (answer) => `${answer.status} ${await answer.text()}`))
    expect(told.filter((text) => text === '200 run 1 ten').length).toBeGreaterThan(0)
    expect(told.filter((text) => text !== '200 run 1 ten' && !text.startsWith('409 '))).toEqual([])
    expect(await (await handlers[adapter](pay(token))).text()).toBe('run 1 ten')
  })
})

async function isProblem(response: Response, status: number, name: string): Promise<void> {
  expect(response.status).toBe(status)
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  expect(response.headers.get('link')).toBe('<https://shop.example/keys>; rel="describedby"')
  expect(response.headers.get('www-authenticate')).toBe(status === 401 ? 'Idempotency-Token' : null)
  expect(await response.json()).toMatchObject({ type: `urn:idem:problem:${name}`, status })
}

describe('fromToken', () => {
  const tokens = issuer()
  const subject = () => 'ann'

  it('takes a token from wherever it is told to', async () => {
    const key = fromToken(tokens, {
      operation: 'payment',
      subject,
      token: (body: { token?: string }) => body.token,
    })
    const token = await tokens.issue(USE)
    expect(await key({ token })).toBe((await tokens.verify(token, USE)).jti)
    expect(await key({})).toBeUndefined()
    expect(await key({ token: '' })).toBeUndefined()
    await expect(key({ token: 'forged' })).rejects.toMatchObject({
      code: 'INVALID_TOKEN',
      reason: 'malformed',
    })
  })

  it('reads the headers of Express and of Node', async () => {
    const key = fromToken(tokens, {
      operation: 'payment',
      subject: (request: { headers: Record<string, string | string[] | undefined> }) =>
        String(request.headers['x-user']),
    })
    const token = await tokens.issue(USE)
    const { jti } = await tokens.verify(token, USE)
    expect(await key({ headers: { 'idempotency-key': token, 'x-user': 'ann' } })).toBe(jti)
    expect(await key({ headers: { 'idempotency-key': [`"${token}"`], 'x-user': 'ann' } })).toBe(jti)
    expect(await key({ headers: { 'x-user': 'ann' } })).toBeUndefined()
    await expect(
      key({ headers: { 'idempotency-key': [token, token], 'x-user': 'ann' } }),
    ).rejects.toMatchObject({
      reason: 'malformed',
    })
  })

  it('asks nobody for the subject where there is no token', async () => {
    const key = fromToken(tokens, {
      operation: 'payment',
      subject: () => Promise.reject(new Error('no session')),
    })
    expect(await key(new Request('http://shop.test/'))).toBeUndefined()
  })

  it('is an error where the API does not know the user', async () => {
    const key = fromToken(tokens, { operation: 'payment', subject: () => '' })
    const headers = { 'Idempotency-Key': await tokens.issue(USE) }
    await expect(key(new Request('http://shop.test/', { headers }))).rejects.toThrow(
      /^subject must be a text/,
    )
  })

  it('is an error where a request shows no headers', async () => {
    const key = fromToken(tokens, { operation: 'payment', subject } as never)
    await expect(key({ url: '/' })).rejects.toThrow(/^token must be given/)
    await expect(key(undefined)).rejects.toThrow(/^token must be given/)
  })

  it.each([
    [undefined, { operation: 'payment', subject }, /^tokens must be a TokenIssuer/],
    [tokens, undefined, /^options must be an object/],
    [tokens, { subject }, /^operation must be a text/],
    [tokens, { operation: '', subject }, /^operation must be a text/],
    [tokens, { operation: 'payment' }, /^subject must be a function/],
    [tokens, { operation: 'payment', subject: 'ann' }, /^subject must be a function/],
    [tokens, { operation: 'payment', subject, token: 'x-token' }, /^token must be a function/],
    [tokens, { operation: 'payment', subject, header: 'x' }, /^header is no option here/],
  ])('refuses wrong options at once: %#', (given, options, message) => {
    expect(() => fromToken(given as never, options as never)).toThrow(message)
  })
})
