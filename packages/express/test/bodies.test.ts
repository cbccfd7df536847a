import { PassThrough } from 'node:stream'
import { gzipSync } from 'node:zlib'
import type { ErrorRequestHandler, Request } from 'express'
import { describe, expect, it } from 'vitest'
import { VERSIONS } from './express-adapter'
import { gate, Shop, until } from './shop'

const JSON_BODY = '{"a":1,"b":[true,"café"]}'
const LARGE = JSON.stringify({ text: 'é'.repeat(150_000) })
const chunks = (text: string, size: number) => {
  const bytes = Buffer.from(text)
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
    bytes.subarray(at * size, (at + 1) * size),
  )
}

/** What reads a body without a parser, as readers of forms do. */
async function streamed(req: Request): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of req) pieces.push(piece as Buffer)
  return Buffer.concat(pieces).toString()
}

describe.each(VERSIONS)('on %s, a body', (_, express) => {
  const parsers = {
    'express.json': [express.json({ limit: '2mb' }), 'application/json'],
    'express.urlencoded': [express.urlencoded({ extended: true }), 'application/x-www-form-urlencoded'],
    'express.text': [express.text({ limit: '2mb' }), 'text/plain'],
    'express.raw': [express.raw({ limit: '2mb' }), 'application/octet-stream'],
  } as const

  describe.each(Object.entries(parsers))('with %s', (name, [parse, type]) => {
    const [one, other] = name === 'express.json' ? [JSON_BODY, '{"a":2}'] : ['a=1&b[]=caf%C3%A9', 'a=2']

    it.each(['before', 'after'])('%s it reaches the handler, and is compared', async (where) => {
      const shop = new Shop(express)
      if (where === 'before') shop.app.use(parse)
      shop.app.use(shop.protect())
      if (where === 'after') shop.app.use(parse)
      shop.app.post('/', (req, res) => {
        shop.runs++
        res.json({ got: Buffer.isBuffer(req.body) ? String(req.body) : req.body })
      })
      shop.app.post('/bare', parse, (req, res) => {
        res.json({ got: Buffer.isBuffer(req.body) ? String(req.body) : req.body })
      })
      await shop.open()
      const bare = await shop.ask({ path: '/bare', key: '"b"', type, body: one })
      const [first, again] = await shop.twice({ type, body: one })
      expect([first.text, again.text]).toEqual([bare.text, bare.text])
      expect((await shop.ask({ type, body: other })).status).toBe(422)
      expect((await shop.ask({ type, body: one, path: '/?dry' })).status).toBe(422)
      expect(shop.runs).toBe(1)
    })
  })

  const sendings = {
    whole: { body: LARGE },
    'in chunks': { body: chunks(LARGE, 7_777) },
    'of nothing': { body: '' },
    'of no chunks': { body: [] },
    'of one chunk': { body: chunks(JSON_BODY, 1000) },
    compressed: { body: gzipSync(LARGE), headers: ['Content-Encoding: gzip'] },
  }
  const readers = {
    'express.json': express.json({ limit: '2mb' }),
    'a stream': (req: Request, _res: unknown, next: (error?: unknown) => void) => {
      streamed(req).then((text) => {
        req.body = text
        next()
      }, next)
    },
    'flowing text': (req: Request, _res: unknown, next: () => void) => {
      let text = ''
      req.setEncoding('utf8')
      req.on('data', (piece: string) => {
        text += piece
      })
      req.on('end', () => {
        req.body = text
        next()
      })
    },
  }
  for (const [how, sending] of Object.entries(sendings)) {
    it.each(Object.entries(readers))(
      `that is sent ${how} is whole for %s behind it, at any limit`,
      async (_reader, read) => {
        const shop = new Shop(express)
        shop.app.post('/bare', read as never, (req, res) => void res.json(req.body ?? null))
        // One reads all of it, one its beginning, one almost nothing.
        for (const limit of [1_000_000, 100_000, 1]) {
          shop.app.post(`/${limit}`, shop.protect({ maxRequestBytes: limit }), read as never, (req, res) => {
            shop.runs++
            res.json(req.body ?? null)
          })
        }
        await shop.open()
        const bare = await shop.ask({ path: '/bare', ...sending })
        for (const limit of [1_000_000, 100_000, 1]) {
          const [first, again] = await shop.twice({ path: `/${limit}`, key: `"${limit}"`, ...sending })
          expect([first.status, first.text === bare.text]).toEqual([200, true])
          expect(again.header('idempotency-replayed')).toBe('true')
          expect(again.body.equals(first.body)).toBe(true)
        }
        expect(shop.runs).toBe(3)
      },
    )
  }

  it('that is larger than what is read ahead is compared as far as its handler reads it', async () => {
    const shop = new Shop(express)
    shop.app.post('/', shop.protect({ maxRequestBytes: 1000 }), async (req, res) => {
      shop.runs++
      let bytes = 0
      for await (const piece of req.iterator({ destroyOnReturn: false })) {
        bytes += piece.length
        if (bytes > 70_000) break
      }
      res.send('enough')
    })
    await shop.open()
    const body = 'x'.repeat(200_000)
    const [, again] = await shop.twice({ type: 'text/plain', body })
    expect(again.header('idempotency-replayed')).toBe('true')
    const other = (at: number) => `${body.slice(0, at)}y${body.slice(at + 1)}`
    expect((await shop.ask({ type: 'text/plain', body: other(10) })).status).toBe(422)
    expect((await shop.ask({ type: 'text/plain', body: other(50_000) })).status).toBe(422)
    expect((await shop.ask({ type: 'text/plain', body: other(199_999) })).text).toBe('enough')
    expect(shop.runs).toBe(1)
  })

  it('of which nothing was left by whoever read it makes no fingerprint, and nothing runs', async () => {
    const shop = new Shop(express)
    shop.app.use((req, _res, next) => {
      streamed(req).then(() => next(), next)
    })
    shop.app.post('/', shop.protect(), (_req, res) => void res.send(`${++shop.runs}`))
    shop.app.post(
      '/own',
      shop.protect({ fingerprint: (req) => req.url }),
      (_req, res) => void res.send('own'),
    )
    await shop.open()
    expect((await shop.ask()).status).toBe(500)
    expect(shop.runs).toBe(0)
    expect((await shop.ask({ path: '/own' })).text).toBe('own')
  })

  const collectors: Record<string, (req: Request) => unknown> = {
    'a listener': (req) => req.on('data', () => {}),
    'a listener that pauses': (req) => req.on('data', () => {}).pause(),
    'a listener to text': (req) => req.setEncoding('utf8').on('data', () => {}),
    'a pipe': (req) => req.pipe(new PassThrough()),
    'whoever lets it go': (req) => req.resume(),
    'whoever wants text': (req) => req.setEncoding('utf8'),
    'a listener that comes a moment later': (req) =>
      process.nextTick(() => {
        req.on('data', () => {})
      }),
  }
  it.each(Object.entries(collectors))(
    'that %s reads at the same time makes no fingerprint, and nothing runs',
    async (_how, collect) => {
      const shop = new Shop(express)
      shop.app.use((req, _res, next) => {
        collect(req)
        next()
      })
      shop.app.post('/', shop.protect(), (_req, res) => void res.send(`${++shop.runs}`))
      await shop.open()
      for (const body of ['{"amount":1}', chunks(LARGE, 50_000)]) {
        const refused = await shop.ask({ body })
        expect([refused.status, refused.text]).toEqual([500, expect.stringContaining('read before')])
      }
      expect(shop.runs).toBe(0)
    },
  )

  it('that is not there is none, also to who listens, and is compared as such', async () => {
    const shop = new Shop(express)
    let raw = ''
    shop.app.use((req, _res, next) => {
      req.on('data', (piece) => {
        raw += piece
      })
      next()
    })
    // Who listens gets the body all the same.
    shop.app.use('/parsed', express.json())
    shop.app.use(shop.protect())
    shop.app.post(['/', '/parsed'], (_req, res) => void res.send(`run ${++shop.runs}`))
    await shop.open()
    expect((await shop.twice({ body: '' })).map(({ text }) => text)).toEqual(['run 1', 'run 1'])
    expect((await shop.ask({ body: '{}' })).status).toBe(500)
    const parsed = { path: '/parsed', key: '"b"' }
    expect((await shop.twice(parsed)).map(({ text }) => text)).toEqual(['run 2', 'run 2'])
    expect((await shop.ask({ ...parsed, body: '{}' })).status).toBe(422)
    expect(raw).toBe('{}{"a":1}{"a":1}{}')
  })

  it('that was a form counts with the files that it brought', async () => {
    const shop = new Shop(express)
    shop.app.use((req, _res, next) => {
      // As a reader of forms leaves it: fields, and files in memory or on disk under a name of its own.
      streamed(req).then((text) => {
        const [field = '', ...files] = text.split('|')
        const of = (content: string) => ({
          fieldname: 'receipt',
          originalname: 'receipt.txt',
          mimetype: 'text/plain',
          size: content.length,
          ...(content.startsWith('disk')
            ? { path: `/tmp/${Math.random()}` }
            : { buffer: Buffer.from(content) }),
        })
        req.body = { field }
        Object.assign(req, { files: files.map(of) })
        next()
      }, next)
    })
    shop.app.post('/', shop.protect(), (_req, res) => void res.send(`${++shop.runs}`))
    await shop.open()
    const form = (body: string, key = '"a"') =>
      shop.ask({ type: 'multipart/form-data; boundary=x', body, key })
    expect((await form('one|abc')).text).toBe('1')
    expect((await form('one|abc')).text).toBe('1')
    expect((await form('one|abd')).status).toBe(422)
    expect((await form('two|abc')).status).toBe(422)
    expect((await form('one')).status).toBe(422)
    expect((await form('one|disk', '"d"')).text).toBe('2')
    expect((await form('one|disk', '"d"')).text).toBe('2')
  })

  /** `field|name of a file|what is in it`, as other readers of forms leave it. */
  const forms: Record<string, (...parts: string[]) => object> = {
    'express-fileupload': (field, name, content = '') => ({
      body: { field },
      files: { receipt: { ...uploaded(name, content), data: Buffer.from(content), md5: `of ${content}` } },
    }),
    'express-fileupload on disk': (field, name, content = '') => ({
      body: { field },
      files: { receipt: [{ ...uploaded(name, content), data: Buffer.alloc(0), md5: `of ${content}` }] },
    }),
    'express-formidable': (field, name, content = '') => ({
      fields: { field },
      files: {
        receipt: { name, type: 'text/plain', size: content.length, hash: `of ${content}`, path: anywhere() },
      },
    }),
    'formidable 3': (field, name, content = '') => ({
      fields: { field: [field] },
      files: {
        receipt: [
          {
            originalFilename: name,
            mimetype: 'text/plain',
            size: content.length,
            hash: `of ${content}`,
            filepath: anywhere(),
          },
        ],
      },
    }),
  }
  const anywhere = () => `/tmp/${Math.random()}`
  const uploaded = (name: string | undefined, content: string) => ({
    name,
    mimetype: 'text/plain',
    size: content.length,
    tempFilePath: anywhere(),
    mv: () => {},
  })
  /** A shop behind a reader of forms. */
  const formShop = (form: (...parts: string[]) => object) => {
    const shop = new Shop(express)
    shop.app.use((req, _res, next) => {
      streamed(req).then((text) => {
        Object.assign(req, form(...text.split('|')))
        next()
      }, next)
    })
    shop.app.post('/', shop.protect(), (_req, res) => void res.send(`${++shop.runs}`))
    return shop.open()
  }
  const form = { type: 'multipart/form-data; boundary=x' }

  it.each(Object.entries(forms))('that was a form of %s counts with fields and files', async (_by, read) => {
    const shop = await formShop(read)
    const [first, again] = await shop.twice({ ...form, body: 'one|a.txt|abc' })
    expect([first.text, again.text]).toEqual(['1', '1'])
    for (const body of ['two|a.txt|abc', 'one|b.txt|abc', 'one|a.txt|abd']) {
      expect((await shop.ask({ ...form, body })).status).toBe(422)
    }
  })

  it('that was a form counts with the names of the fields that its files are in', async () => {
    const shop = await formShop((field = '') => ({ files: { [field]: uploaded('a.txt', 'abc') } }))
    const [first, again] = await shop.twice({ ...form, body: 'one' })
    expect([first.text, again.text]).toEqual(['1', '1'])
    expect((await shop.ask({ ...form, body: 'two' })).status).toBe(422)
  })

  it.each<[what: string, left: object]>([
    ['fields', { files: { receipt: { name: 'a.txt', size: 3 } } }],
    ['files', { body: {}, files: { receipt: { path: '/tmp/a' } } }],
    ['nested files', { body: {}, files: { receipts: { one: { name: 'a.txt', size: 3 } } } }],
  ])(
    'that was a form of whose %s nobody knows makes no fingerprint, and nothing runs',
    async (_what, left) => {
      const shop = await formShop(() => left)
      const refused = await shop.ask(form)
      expect([refused.status, refused.text, shop.runs]).toEqual([
        500,
        expect.stringContaining('read before'),
        0,
      ])
    },
  )

  it('can be read by functions among the options, and by the handler after them', async () => {
    const shop = new Shop(express)
    const key = (req: Request) => JSON.parse(String(req.body)).event
    shop.app.post('/', shop.protect({ key }), express.json(), (req, res) => {
      shop.runs++
      res.json(req.body)
    })
    shop.app.post('/none', shop.protect({ key: () => 'k' }), (req, res) => {
      res.json({ body: req.body ?? null })
    })
    await shop.open()
    const [first, again] = await shop.twice({ key: '', body: '{"event":"e1"}' })
    expect([first.text, again.text, shop.runs]).toEqual(['{"event":"e1"}', '{"event":"e1"}', 1])
    expect((await shop.ask({ path: '/none', key: '' })).text).toBe('{"body":null}')
  })

  it('that a parser made into what cannot be compared is refused, rather than taken for any other', async () => {
    const shop = new Shop(express)
    shop.app.use(express.text({ type: '*/*' }), (req, _res, next) => {
      req.body = req.get('x-as') === 'map' ? new Map([['text', req.body]]) : { on: new Date(req.body) }
      next()
    })
    shop.app.post('/', shop.protect(), (_req, res) => void res.send(`${++shop.runs}`))
    await shop.open()
    expect((await shop.ask({ headers: ['X-As: map'], body: 'one' })).status).toBe(500)
    expect(shop.runs).toBe(0)
    expect((await shop.ask({ body: '2026-01-01' })).text).toBe('1')
    expect((await shop.ask({ body: '2026-01-01' })).text).toBe('1')
    expect((await shop.ask({ body: '2026-01-02' })).status).toBe(422)
  })

  it('that is too large is no body that is not there, to functions among the options', async () => {
    const shop = new Shop(express)
    const fingerprint = (req: Request) => `of ${req.body}`
    shop.app.post(
      '/',
      shop.protect({ fingerprint, maxRequestBytes: 10 }),
      express.text({ type: '*/*' }),
      (req, res) => void res.send(req.body),
    )
    shop.app.post(
      '/digest',
      shop.protect({ fingerprint: (req) => req.get('x-digest'), maxRequestBytes: 10 }),
      (req, _res, next) => {
        shop.runs++
        expect(req.body).toBeUndefined()
        next()
      },
      express.text({ type: '*/*' }),
      (req, res) => void res.send(req.body),
    )
    await shop.open()
    expect((await shop.ask({ body: 'x'.repeat(11) })).status).toBe(413)
    expect((await shop.ask({ body: 'x'.repeat(10) })).text).toBe('x'.repeat(10))
    const digest = ['X-Digest: 1']
    const [first, again] = await shop.twice({
      key: '"b"',
      path: '/digest',
      headers: digest,
      body: 'y'.repeat(99),
    })
    expect([first.text, again.text, shop.runs]).toEqual(['y'.repeat(99), 'y'.repeat(99), 1])
  })

  it('that is too large is no body to those who look at it when idem has answered', async () => {
    const shop = new Shop(express)
    const { opened, open } = gate()
    const seen: unknown[] = []
    shop.app.use((req, res, next) => {
      res.on('finish', () => seen.push([res.statusCode, bodyOf(req)]))
      next()
    })
    const key = (req: Request) => req.get('idempotency-key')
    shop.app.post('/', shop.protect({ key }), async (_req, res) => {
      shop.runs++
      await opened
      res.send('done')
    })
    await shop.open()
    const large = { type: 'text/plain', body: 'x'.repeat(2_000_000) }
    const first = shop.ask(large)
    await until(() => shop.runs === 1)
    await shop.ask(large)
    open()
    await first
    await shop.ask(large)
    await shop.ask({ ...large, body: 'y'.repeat(2_000_000) })
    await shop.ask({ ...large, key: '' })
    await shop.ask({ ...large, key: '', body: 'x' })
    expect(seen).toEqual([409, 200, 200, 422, 400, 400].map((status) => [status, undefined]))
  })

  it.each(['x', 'x'.repeat(2_000_000)])(
    'of any size is no body to error handlers when an option has thrown',
    async (body) => {
      const shop = new Shop(express)
      const scope = () => Promise.reject(Object.assign(new Error('who?'), { status: 401 }))
      shop.app.post('/', shop.protect({ scope }), () => shop.runs++)
      shop.app.use(((error, req, res, _next) => {
        res.status(error.status).send(`${error.message} ${bodyOf(req)}`)
      }) as ErrorRequestHandler)
      await shop.open()
      const refused = await shop.ask({ type: 'text/plain', body })
      expect([refused.status, refused.text, shop.runs]).toEqual([401, 'who? undefined', 0])
    },
  )

  it('that is too large is no body to those who look at it while options are asked', async () => {
    const shop = new Shop(express)
    const { opened, open } = gate()
    let look = (): unknown => undefined
    let isAsked = false
    shop.app.use((req, _res, next) => {
      look = () => bodyOf(req)
      next()
    })
    const scope = async (req: Request) => {
      isAsked = true
      await opened
      expect(bodyOf(req)).toMatchObject({ status: 413 })
      return 'ann'
    }
    shop.app.post('/', shop.protect({ scope }), (_req, res) => void res.send('done'))
    await shop.open()
    const answer = shop.ask({ type: 'text/plain', body: 'x'.repeat(2_000_000) })
    await until(() => isAsked)
    expect(look()).toBeUndefined()
    open()
    expect((await answer).text).toBe('done')
  })
})

/** The body, or what it throws. */
function bodyOf(req: Request): unknown {
  try {
    return req.body
  } catch (error) {
    return error
  }
}
