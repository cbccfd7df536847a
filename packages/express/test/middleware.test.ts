import { gunzipSync } from 'node:zlib'
import compression from 'compression'
import type { ErrorRequestHandler, Router } from 'express'
import { describe, expect, it } from 'vitest'
import { VERSIONS } from './express-adapter'
import { gate, Shop } from './shop'

const TEXT = 'paid '.repeat(2000)
const GZIP = ['Accept-Encoding: gzip']

describe.each(VERSIONS)('on %s, idempotency', (_, express) => {
  it('is refused twice on one way, and nothing runs', async () => {
    const shop = new Shop(express)
    const errors: string[] = []
    shop.app.use(shop.protect())
    shop.app.post('/', shop.protect(), (_req, res) => {
      res.json({ run: ++shop.runs })
    })
    shop.app.use(((error: Error, _req, res, _next) => {
      errors.push(error.message)
      res.status(500).send('failed')
    }) as ErrorRequestHandler)
    await shop.open()
    const answers = await shop.twice()
    expect(answers.map(({ status }) => status)).toEqual([500, 500])
    expect(errors).toEqual([
      expect.stringContaining('twice on the way'),
      expect.stringContaining('twice on the way'),
    ])
    expect(shop.runs).toBe(0)
  })

  it.each(['an app', 'a router', 'a route'])('protects %s, each path of it by itself', async (where) => {
    const shop = new Shop(express)
    const protect = shop.protect()
    const router: Router = express.Router()
    if (where === 'an app') shop.app.use(protect)
    if (where === 'a router') router.use(protect)
    router.post('/:id', ...(where === 'a route' ? [protect] : []), (req, res) => {
      res.json({ run: ++shop.runs, path: req.originalUrl })
    })
    shop.app.use('/orders', router)
    shop.app.use('/refunds', router)
    await shop.open()
    const [first, again] = await shop.twice({ path: '/orders/1?x=1' })
    expect(first.text).toBe('{"run":1,"path":"/orders/1?x=1"}')
    expect([again.text, again.header('idempotency-replayed')]).toEqual([first.text, 'true'])
    expect((await shop.ask({ path: '/refunds/1?x=1' })).status).toBe(422)
    expect(shop.runs).toBe(1)
  })

  it('leaves to outer middleware what that adds to each answer, and keeps what inner middleware adds', async () => {
    const shop = new Shop(express)
    let visits = 0
    shop.app.use((req, res, next) => {
      res.set({
        'Access-Control-Allow-Origin': req.get('origin') ?? '',
        'X-Trace': `${++visits}`,
        Vary: 'Origin',
      })
      res.cookie('visit', String(visits))
      next()
    })
    shop.app.use(shop.protect({ keepHeaders: ['set-cookie'] }))
    shop.app.use((_req, res, next) => {
      // As many do, it adds a header at the last moment.
      const { writeHead } = res
      res.writeHead = ((...args: [number]) => {
        res.append('X-Late', 'yes')
        return writeHead.apply(res, args)
      }) as typeof res.writeHead
      next()
    })
    shop.app.post('/', (_req, res) => void res.vary('Accept').cookie('order', '7').json({ id: 7 }))
    await shop.open()
    const first = await shop.ask({ headers: ['Origin: https://one.example'] })
    const again = await shop.ask({ headers: ['Origin: https://two.example'] })
    for (const [answer, visit, origin] of [
      [first, 1, 'one'],
      [again, 2, 'two'],
    ] as const) {
      expect(answer.header('access-control-allow-origin')).toBe(`https://${origin}.example`)
      expect(answer.header('x-trace')).toBe(String(visit))
      expect(answer.header('set-cookie')).toBe(`visit=${visit}; Path=/, order=7; Path=/`)
      expect(answer.header('vary')).toBe('Origin, Accept')
      expect(answer.header('x-late')).toBe('yes')
    }
  })

  it('is replayed with the lines that it added to a header which outer middleware had given several', async () => {
    const shop = new Shop(express)
    let visits = 0
    shop.app.use((_req, res, next) => {
      res.setHeader('Set-Cookie', ['theme=dark', `visit=${++visits}`])
      next()
    })
    shop.app.use(shop.protect({ keepHeaders: ['set-cookie'] }))
    shop.app.post('/', (_req, res) => {
      // Unlike `append` of Express, this adds to the list that is there.
      res.appendHeader('Set-Cookie', 'order=7')
      res.json({ id: 7 })
    })
    await shop.open()
    const [first, again] = await shop.twice()
    expect(first?.header('set-cookie')).toBe('theme=dark, visit=1, order=7')
    expect(again?.header('set-cookie')).toBe('theme=dark, visit=2, order=7')
  })

  it('adds nothing to a list that outer middleware gives to every answer', async () => {
    const shop = new Shop(express)
    const always = ['theme=dark']
    shop.app.use((_req, res, next) => {
      res.setHeader('Set-Cookie', always)
      next()
    })
    shop.app.use(shop.protect({ keepHeaders: ['set-cookie'] }))
    shop.app.post('/', (_req, res) => {
      res.setHeader('Set-Cookie', [...always, 'session=of ada'])
      res.json({ id: 7 })
    })
    await shop.open()
    for (const answer of [...(await shop.twice()), await shop.ask()]) {
      expect(answer.header('set-cookie')).toBe('theme=dark, session=of ada')
    }
    expect(always).toEqual(['theme=dark'])
  })

  it.each(['res.send', 'res.write'])(
    'behind compression keeps what %s sends, and each client gets it as it asks',
    async (how) => {
      const shop = new Shop(express)
      shop.app.use(compression(), shop.protect())
      shop.app.post('/', (_req, res) => {
        shop.runs++
        res.type('text/plain')
        if (how === 'res.send') return void res.send(TEXT)
        res.write(TEXT.slice(0, 5000))
        res.end(TEXT.slice(5000))
      })
      await shop.open()
      const [first, again] = await shop.twice({ headers: GZIP })
      const plain = await shop.ask()
      for (const answer of [first, again]) {
        expect(answer.header('content-encoding')).toBe('gzip')
        expect(gunzipSync(answer.body).toString()).toBe(TEXT)
      }
      expect([plain.header('content-encoding'), plain.text]).toEqual([undefined, TEXT])
      expect(again.header('idempotency-replayed')).toBe('true')
      expect(shop.runs).toBe(1)
    },
  )

  it.each(['res.send', 'res.write'])('before compression keeps the compressed bytes of %s', async (how) => {
    const shop = new Shop(express)
    shop.app.use(shop.protect(), compression())
    shop.app.post('/', (_req, res) => {
      shop.runs++
      res.type('text/plain')
      if (how === 'res.send') return void res.send(TEXT)
      res.write(TEXT.slice(0, 5000))
      res.end(TEXT.slice(5000))
    })
    await shop.open()
    const [first, again] = await shop.twice({ headers: GZIP })
    expect(gunzipSync(first.body).toString()).toBe(TEXT)
    expect([again.header('content-encoding'), again.header('vary')]).toEqual(['gzip', 'Accept-Encoding'])
    expect(again.body.equals(first.body)).toBe(true)
    expect(shop.runs).toBe(1)
  })

  it('replays to conditional requests what was answered, and leaves GET and HEAD to Express', async () => {
    const shop = new Shop(express)
    shop.app.use(shop.protect())
    shop.app.all('/', (_req, res) => void res.set('ETag', '"v1"').send(`run ${++shop.runs}`))
    await shop.open()
    const fresh = ['If-None-Match: "v1"']
    const put = { method: 'PUT', headers: fresh }
    const [first, again] = await shop.twice(put)
    expect([first.status, first.text, again.status, again.text]).toEqual([200, 'run 1', 200, 'run 1'])
    expect([first.header('etag'), again.header('etag')]).toEqual(['"v1"', '"v1"'])
    const got = await shop.twice({ method: 'GET', headers: fresh })
    expect(got.map(({ status, text }) => [status, text])).toEqual([
      [304, ''],
      [304, ''],
    ])
    const head = await shop.ask({ method: 'HEAD' })
    expect([head.status, head.text, head.header('content-length'), shop.runs]).toEqual([200, '', '5', 4])
  })

  it('gives the attempt to protected and unprotected handlers alike', async () => {
    const shop = new Shop(express)
    shop.app.use(shop.protect())
    shop.app.all('/', async (req, res) => {
      const { key, step } = req.idempotency
      res.send(`${key} ${await step('once', () => 'ran')}`)
    })
    await shop.open()
    expect((await shop.ask()).text).toBe('idem:http::a ran')
    expect((await shop.ask({ method: 'GET' })).text).toBe(' ran')
  })

  it('takes what a timeout says in the place of a handler for its answer, though it is still at work', async () => {
    const shop = new Shop(express)
    const [expired, ended] = [gate(), gate()]
    shop.app.use((_req, res, next) => {
      if (shop.runs === 0) void expired.opened.then(() => res.status(503).send('late'))
      next()
    })
    shop.app.post('/', shop.protect(), async (_req, res) => {
      if (++shop.runs > 1) return void res.send(`run ${shop.runs}`)
      expired.open()
      await ended.opened
    })
    await shop.open()
    expect((await shop.ask()).status).toBe(503)
    expect((await shop.ask()).text).toBe('run 2')
    ended.open()
  })

  it('sees headers as earlier middleware has left them, and all lines of those that it left alone', async () => {
    const shop = new Shop(express)
    shop.app.use((req, _res, next) => {
      req.headers['idempotency-key'] ??= req.headers['x-idempotency-key']
      if (req.get('x-keyless')) req.headers['idempotency-key'] = undefined
      if (req.get('x-type')) req.headers['content-type'] = req.get('x-type')
      next()
    })
    shop.app.post('/', shop.protect(), (_req, res) => void res.send(`run ${++shop.runs}`))
    await shop.open()
    const other = { key: '', headers: ['X-Idempotency-Key: "b"'] }
    expect((await shop.twice(other)).map(({ text }) => text)).toEqual(['run 1', 'run 1'])
    expect((await shop.ask({ headers: ['X-Keyless: 1'] })).status).toBe(400)
    expect((await shop.ask({ headers: ['Idempotency-Key: "b"'] })).status).toBe(400)
    const two = { key: '"c"', headers: ['Content-Type: text/html'] }
    expect((await shop.ask({ ...two, headers: [...two.headers, 'X-Type: text/css'] })).text).toBe('run 2')
    expect((await shop.ask({ ...two, headers: ['X-Type: text/css'] })).text).toBe('run 2')
    expect((await shop.ask({ key: '"c"' })).status).toBe(422)
    expect((await shop.ask({ ...two, key: '"d"' })).text).toBe('run 3')
    expect((await shop.ask({ key: '"d"' })).status).toBe(422)
  })

  it('refuses wrong options at once', () => {
    const shop = new Shop(express)
    expect(() => shop.protect({ scope: 'user' as 'public' })).toThrow(TypeError)
  })
})
