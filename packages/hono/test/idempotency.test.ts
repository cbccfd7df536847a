import { Idem, MemoryStore } from '@idem/core'
import { idempotent } from '@idem/core/http'
import { type Context, Hono } from 'hono'
import { setCookie } from 'hono/cookie'
import { cors } from 'hono/cors'
import { HTTPException } from 'hono/http-exception'
import { streamText } from 'hono/streaming'
import { describe, expect, it } from 'vitest'
import { type IdempotencyEnv, idempotency } from '../src/index'

const fresh = () => new Idem({ store: new MemoryStore() })

interface ShopEnv extends IdempotencyEnv {
  Variables: IdempotencyEnv['Variables'] & { readonly user: string }
}

const post = (body = '{"a":1,"b":2}', headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  body,
  headers: { 'Idempotency-Key': '"a"', 'Content-Type': 'application/json', ...headers },
})

/** The same request twice. */
async function twice(
  app: { request(path: string, init: RequestInit): Response | Promise<Response> },
  path = '/orders',
  init = post(),
): Promise<[Response, Response]> {
  return [await app.request(path, init), await app.request(path, init)]
}

async function isReplay([first, again]: readonly [Response, Response]): Promise<void> {
  expect(first.headers.get('idempotency-replayed')).toBeNull()
  expect(again.headers.get('idempotency-replayed')).toBe('true')
  expect(again.status).toBe(first.status)
  expect(await again.text()).toBe(await first.text())
}

describe('idempotency', () => {
  it('is refused twice on one way, and nothing runs', async () => {
    const protect = idempotency({ idem: fresh(), scope: 'public' })
    const errors: string[] = []
    let runs = 0
    const app = new Hono()
    app.use(protect)
    app.post('/orders', protect, (c) => c.json({ run: ++runs }))
    app.onError((error, c) => {
      errors.push(error.message)
      return c.text('failed', 500)
    })
    const answers = await twice(app)
    expect(answers.map(({ status }) => status)).toEqual([500, 500])
    expect(errors).toEqual([
      expect.stringContaining('twice on the way'),
      expect.stringContaining('twice on the way'),
    ])
    expect(runs).toBe(0)
  })

  it('is refused in an app to which a protected one hands its request on, and nothing runs', async () => {
    let runs = 0
    const protect = idempotency({ idem: fresh(), scope: 'public' })
    const inner = new Hono()
      .onError((error, c) => c.text(error.message, 500))
      .post('/orders', protect, (c) => c.json({ run: ++runs }))
    const own = idempotent(() => Response.json({ run: ++runs }), { idem: fresh(), scope: 'public' })
    for (const hand of [inner.fetch, own]) {
      const app = new Hono()
        .onError((error, c) => c.text(error.message, 500))
        .use(idempotency({ idem: fresh(), scope: 'public' }))
        .post('/orders', (c) => hand(c.req.raw))
      for (const answer of await twice(app)) {
        expect([answer.status, await answer.text()]).toEqual([
          500,
          expect.stringContaining('twice on the way'),
        ])
      }
    }
    expect(runs).toBe(0)
  })

  it('takes a handler that gives no answer for one that failed', async () => {
    const app = new Hono()
    let runs = 0
    app.post('/orders', idempotency({ idem: fresh(), scope: 'public' }), (c) =>
      runs++ === 0 ? (undefined as unknown as Response) : c.text('made', 201),
    )
    app.onError((_, c) => c.text('failed', 500))
    const answers = await twice(app)
    expect(answers.map(({ status }) => status)).toEqual([500, 201])
  })

  it.each(['an app', 'a router', 'a route'])('protects %s', async (where) => {
    const app = new Hono<ShopEnv>()
    const router = new Hono<ShopEnv>()
    let runs = 0
    const protect = idempotency({ idem: fresh(), scope: 'public' })
    if (where === 'an app') app.use(protect)
    if (where === 'a router') router.use(protect)
    if (where === 'a route') router.post('/', protect, (c) => c.json({ run: ++runs }))
    else router.post('/', (c) => c.json({ run: ++runs }))
    app.route('/orders', router)
    await isReplay(await twice(app))
    expect(runs).toBe(1)
  })

  it('asks for the scope what earlier middleware knows of the user', async () => {
    let runs = 0
    const app = new Hono<ShopEnv>()
      .use(async (c, next) => {
        c.set('user', c.req.header('x-user') ?? '')
        await next()
      })
      .use(idempotency<ShopEnv>({ idem: fresh(), scope: (c) => c.get('user') }))
      .post('/orders', (c) => c.text(`${c.get('user')} ${++runs}`))
    const ask = async (user: string) => (await app.request('/orders', post('{}', { 'x-user': user }))).text()
    expect([await ask('ann'), await ask('bob'), await ask('ann')]).toEqual(['ann 1', 'bob 2', 'ann 1'])
    expect((await app.request('/orders', post('{}'))).status).toBe(500)
    expect(runs).toBe(2)
  })

  it('compares what earlier middleware has read, and leaves it to the handler', async () => {
    let runs = 0
    const app = new Hono<ShopEnv>()
      .use(async (c, next) => {
        await c.req.json()
        await next()
      })
      .use(idempotency({ idem: fresh(), scope: 'public' }))
      .post('/orders', async (c) => c.json({ run: ++runs, got: await c.req.json() }))
    const first = await app.request('/orders', post())
    expect(await first.clone().json()).toEqual({ run: 1, got: { a: 1, b: 2 } })
    await isReplay([first, await app.request('/orders', post('{ "b": 2, "a": 1 }'))])
    expect((await app.request('/orders', post('{"a":1}'))).status).toBe(422)
  })

  it('gives a large body back to a handler that is not protected after all', async () => {
    const key = (c: Context) => c.req.header('x-event')
    const app = new Hono()
      .use(idempotency({ idem: fresh(), scope: 'public', key, required: false, maxRequestBytes: 100 }))
      .post('/orders', async (c) => c.text(`${(await c.req.text()).length}`))
    for (const size of [10, 1000]) {
      const response = await app.request('/orders', post('x'.repeat(size)))
      expect([response.status, await response.text()]).toEqual([200, `${size}`])
    }
  })

  it.each([true, false])('gives the signal of the attempt, with the body read before: %s', async (isRead) => {
    const client = new AbortController()
    const signals: boolean[] = []
    const app = new Hono<ShopEnv>()
      .use(async (c, next) => {
        if (isRead) await c.req.json()
        await next()
      })
      .use(idempotency({ idem: fresh(), scope: 'public' }))
      .post('/orders', async (c) => {
        client.abort()
        signals.push(c.req.raw.signal === c.get('idempotency').signal, c.req.raw.signal.aborted)
        return c.json(await c.req.json())
      })
    const response = await app.request('/orders', { ...post(), signal: client.signal })
    expect(await response.json()).toEqual({ a: 1, b: 2 })
    expect(signals.at(-1)).toBe(false)
    if (isRead) expect(signals[0]).toBe(true)
  })

  it('leaves to the handler what a function among the options has read', async () => {
    const app = new Hono<ShopEnv>()
      .use(idempotency({ idem: fresh(), scope: 'public', key: async (c) => (await c.req.json()).event }))
      .post('/orders', async (c) => c.json([await c.req.json(), await c.req.raw.json()]))
    const first = await app.request('/orders', post('{"event":"e1"}'))
    expect(await first.json()).toEqual([{ event: 'e1' }, { event: 'e1' }])
  })

  it('keeps what onError and notFound answer', async () => {
    let runs = 0
    const app = new Hono<ShopEnv>()
      .use(idempotency({ idem: fresh(), scope: 'public' }))
      .post('/orders', () => {
        runs++
        throw new HTTPException(409, { message: 'sold out' })
      })
      .post('/broken', (c) => {
        runs++
        if (runs === 2) throw new Error('no connection')
        return c.text('done')
      })
    app.onError((error, c) => c.text(error.message, error instanceof HTTPException ? error.status : 502))
    app.notFound((c) => c.text('no such shop', 404))
    await isReplay(await twice(app))
    expect(runs).toBe(1)
    const other = post('{}', { 'Idempotency-Key': '"b"' })
    const [failed, done] = await twice(app, '/broken', other)
    expect([failed.status, await failed.text(), await done.text()]).toEqual([502, 'no connection', 'done'])
    await isReplay(await twice(app, '/nowhere', post('{}', { 'Idempotency-Key': '"c"' })))
  })

  it('leaves to outer middleware what that adds to each answer', async () => {
    const app = new Hono<ShopEnv>()
      .use(cors({ origin: (origin) => origin, credentials: true }))
      .use(async (c, next) => {
        setCookie(c, 'visit', '1')
        await next()
        c.header('X-Request-Id', crypto.randomUUID())
      })
      .use(idempotency({ idem: fresh(), scope: 'public' }))
      .post('/orders', (c) => {
        setCookie(c, 'order', '7')
        setCookie(c, 'basket', '')
        c.header('X-Request-Id', 'of the handler')
        return c.json({ order: 7 }, 201, { Location: '/orders/7' })
      })
    const first = await app.request('/orders', post('{}', { Origin: 'https://one.example' }))
    const again = await app.request('/orders', post('{}', { Origin: 'https://two.example' }))
    expect(first.headers.getSetCookie()).toEqual(['visit=1; Path=/', 'order=7; Path=/', 'basket=; Path=/'])
    expect(again.headers.getSetCookie()).toEqual(['visit=1; Path=/'])
    expect(first.headers.get('access-control-allow-origin')).toBe('https://one.example')
    expect(again.headers.get('access-control-allow-origin')).toBe('https://two.example')
    expect(again.headers.get('location')).toBe('/orders/7')
    expect(again.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/)
    expect(again.headers.get('x-request-id')).not.toBe(first.headers.get('x-request-id'))
    await isReplay([first, again])
  })

  it.each(['prepared', 'on a response', 'streamed'])(
    'leaves to outer middleware what that has added before the handler: %s',
    async (where) => {
      let asked = 0
      let runs = 0
      const app = new Hono<ShopEnv>()
        .use(async (c, next) => {
          if (where === 'on a response') c.res.headers.set('X-Any', 'yes')
          c.header('RateLimit-Remaining', String(10 - ++asked))
          c.header('X-Shop', 'one')
          c.header('X-Level', 'outer')
          setCookie(c, 'visit', String(asked))
          await next()
        })
        .use(
          idempotency({ idem: fresh(), scope: 'public', keepHeaders: ['set-cookie', 'ratelimit-remaining'] }),
        )
        .post('/orders', (c) => {
          runs++
          setCookie(c, 'order', '7')
          if (where !== 'on a response') c.header('X-Level', 'inner')
          if (where === 'streamed') return streamText(c, (stream) => stream.sleep(5).then(() => undefined))
          return c.json({ order: 7 }, 201, { Location: '/orders/7' })
        })
      const first = await app.request('/orders', post())
      await first.clone().text()
      const again = await app.request('/orders', post())
      const refused = await app.request('/orders', post('{"a":2}'))
      const level = where === 'on a response' ? 'outer' : 'inner'
      const seen = ({ status, headers }: Response) => [
        status,
        headers.get('ratelimit-remaining'),
        headers.get('x-shop'),
        headers.get('x-level'),
        headers.getSetCookie(),
      ]
      const status = first.status
      expect(seen(first)).toEqual([status, '9', 'one', level, ['visit=1; Path=/', 'order=7; Path=/']])
      expect(seen(again)).toEqual([status, '8', 'one', level, ['visit=2; Path=/', 'order=7; Path=/']])
      expect(seen(refused)).toEqual([422, '7', 'one', 'outer', ['visit=3; Path=/']])
      expect(again.headers.get('location')).toBe(first.headers.get('location'))
      await isReplay([first, again])
      expect(runs).toBe(1)
    },
  )

  it('keeps what Hono streams', async () => {
    let runs = 0
    const app = new Hono<ShopEnv>()
      .use(idempotency({ idem: fresh(), scope: 'public' }))
      .post('/orders', (c) =>
        streamText(c, async (stream) => {
          await stream.write(`run ${++runs} `)
          await stream.sleep(5)
          await stream.write('done')
        }),
      )
    const first = await app.request('/orders', post())
    expect(await first.clone().text()).toBe('run 1 done')
    await isReplay([first, await app.request('/orders', post())])
    expect(runs).toBe(1)
  })

  it('gives the attempt to protected and unprotected handlers alike', async () => {
    const app = new Hono<ShopEnv>()
      .use(idempotency({ idem: fresh(), scope: 'public' }))
      .all('/orders', async (c) => {
        const { key, step } = c.get('idempotency')
        return c.text(`${key} ${await step('once', () => 'ran')}`)
      })
    expect(await (await app.request('/orders', post())).text()).toBe('idem:http::a ran')
    expect(await (await app.request('/orders')).text()).toBe(' ran')
  })

  it('refuses wrong options at once', () => {
    expect(() => idempotency({ idem: fresh(), scope: 'user' as 'public' })).toThrow(TypeError)
  })

  it.each(['formData', 'parseBody', 'json', 'arrayBuffer'] as const)(
    'compares a body that earlier middleware has read by %s',
    async (read) => {
      let runs = 0
      const app = new Hono()
        .use(async (c, next) => {
          await (c.req as Record<typeof read, () => Promise<unknown>>)[read]()
          await next()
        })
        .use(idempotency({ idem: fresh(), scope: 'public' }))
        .post('/orders', (c) => c.json({ run: ++runs }))
      const order = (value: string): RequestInit => {
        if (read === 'json') return post(`{"a":"${value}"}`)
        const body = new FormData()
        body.set('a', value)
        body.set('file', new File(['text'], 'a.txt'))
        // With a boundary that is another each time.
        return { method: 'POST', body, headers: { 'Idempotency-Key': '"a"' } }
      }
      const first = await app.request('/orders', order('1'))
      await isReplay([first, await app.request('/orders', order('1'))])
      expect((await app.request('/orders', order('2'))).status).toBe(422)
      expect(runs).toBe(1)
    },
  )

  it('takes what a timeout says in the place of a handler for its answer, when that has ended', async () => {
    let runs = 0
    let expire = (): void => {}
    let end = (): void => {}
    const expired = new Promise<void>((resolve) => {
      expire = resolve
    })
    const ended = new Promise<void>((resolve) => {
      end = resolve
    })
    let protectedRun: Promise<void> | undefined
    const app = new Hono()
      .use(async (_, next) => {
        if (protectedRun !== undefined) return next()
        protectedRun = next()
        await expired
        throw new HTTPException(504)
      })
      .post('/orders', idempotency({ idem: fresh(), scope: 'public' }), async (c) => {
        if (++runs === 1) {
          expire()
          await ended
        }
        return c.text(`run ${runs}`)
      })
    const ask = () => app.request('/orders', post())
    expect((await ask()).status).toBe(504)
    end()
    await protectedRun
    expect(await (await ask()).text()).toBe('run 2')
  })

  it('does not take its own refusal for the answer of a handler whose time is over', async () => {
    let runs = 0
    let end = (): void => {}
    const ended = new Promise<void>((resolve) => {
      end = resolve
    })
    const settled: string[] = []
    const idem = new Idem({
      store: new MemoryStore(),
      observer: ({ type }) => void (['failed', 'succeeded'].includes(type) && settled.push(type)),
    })
    const options = { idem, scope: 'public', maxRunTime: 50, onAbandoned: 'reject' } as const
    const app = new Hono().post('/orders', idempotency(options), async (c) => {
      runs++
      await ended
      return c.text('made', 201)
    })
    const refused = await app.request('/orders', post())
    expect(refused.status).toBe(409)
    end()
    while (settled.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    const again = await app.request('/orders', post())
    expect(again.headers.get('idempotency-replayed')).toBeNull()
    expect(await again.json()).toMatchObject({ type: 'urn:idem:problem:outcome-unknown' })
    expect([settled, runs]).toEqual([['failed'], 1])
  })

  it('compares no body of which earlier middleware has left nothing', async () => {
    let runs = 0
    const fingerprint = (c: Context) => c.req.header('x-digest')
    const app = new Hono()
      .onError((error, c) => c.text(error.message, 500))
      .use(async (c, next) => {
        await c.req.raw.text()
        await next()
      })
      .use('/orders', idempotency({ idem: fresh(), scope: 'public' }))
      .use('/digest', idempotency({ idem: fresh(), scope: 'public', fingerprint }))
      .post('/*', (c) => c.json({ run: ++runs }))
    const refused = await app.request('/orders', post())
    expect([refused.status, await refused.text(), runs]).toEqual([
      500,
      'the body was read before idempotency(), and nothing is left of it',
      0,
    ])
    await isReplay(await twice(app, '/digest', post('a', { 'X-Digest': '1' })))
  })
})
