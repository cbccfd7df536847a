import type { NextFunction, Request, Response } from 'express'
import { describe, expect, it } from 'vitest'
import { VERSIONS } from './express-adapter'
import { Shop } from './shop'

describe.each(VERSIONS)('on %s, an error', (version, express) => {
  it('that an error handler answers is recorded as it is answered', async () => {
    const shop = new Shop(express)
    shop.app.use(shop.protect())
    shop.app.post('/', (_req, _res, next) => {
      shop.runs++
      next(new Error('sold out'))
    })
    shop.app.use((error: Error, _req: Request, res: Response, _next: NextFunction) => {
      res.status(409).json({ error: error.message })
    })
    await shop.open()
    const [first, again] = await shop.twice()
    expect(first).toMatchObject({ status: 409, text: '{"error":"sold out"}' })
    expect(again).toMatchObject({ status: 409, text: '{"error":"sold out"}' })
    expect(again.header('idempotency-replayed')).toBe('true')
    expect(shop.runs).toBe(1)
  })

  it.each(['thrown', 'given to next', ...(version === 'Express 5' ? ['a rejected promise'] : [])])(
    "that is %s, and that nobody handles, is Express' own 500; the same request runs again",
    async (how) => {
      const shop = new Shop(express)
      shop.app.post('/', shop.protect(), (_req, res, next): unknown => {
        if (++shop.runs > 1) return res.send(`run ${shop.runs}`)
        const error = new Error('no connection')
        if (how === 'thrown') throw error
        if (how === 'given to next') return next(error)
        return Promise.reject(error)
      })
      await shop.open()
      const failed = await shop.ask()
      expect([failed.status, failed.header('content-type')]).toEqual([500, 'text/html; charset=utf-8'])
      const [first, again] = await shop.twice()
      expect([first.text, again.text, shop.runs]).toEqual(['run 2', 'run 2', 2])
    },
  )

  it("with a status of its own, and a path that nobody serves, are recorded from Express' own last word", async () => {
    const shop = new Shop(express)
    shop.app.use(shop.protect())
    shop.app.post('/gone', (_req, _res, next) => {
      shop.runs++
      next(Object.assign(new Error('gone'), { status: 410 }))
    })
    await shop.open()
    for (const [path, status] of [
      ['/gone', 410],
      ['/nowhere', 404],
    ] as const) {
      const [first, again] = await shop.twice({ path, key: `"${path}"` })
      expect([first.status, again.status, again.header('idempotency-replayed')]).toEqual([
        status,
        status,
        'true',
      ])
      expect(again.body.equals(first.body)).toBe(true)
    }
    expect(shop.runs).toBe(1)
  })

  it('after the answer leaves the answer in the record, for the retry', async () => {
    const shop = new Shop(express)
    shop.app.post('/', shop.protect(), (_req, res) => {
      shop.runs++
      res.status(201).json({ id: shop.runs })
      throw new Error('too late')
    })
    await shop.open()
    await shop.ask()
    expect(await shop.ask()).toMatchObject({ status: 201, text: '{"id":1}' })
    expect(shop.runs).toBe(1)
  })

  it('in the middle of an answer breaks it off, and the same request runs again', async () => {
    const shop = new Shop(express)
    shop.app.post('/', shop.protect(), (_req, res) => {
      if (++shop.runs > 1) return void res.send('whole')
      res.write('half')
      setImmediate(() => res.emit('error', new Error('of the response')))
      throw new Error('in the middle')
    })
    await shop.open()
    expect((await shop.ask()).isWhole).toBe(false)
    expect(await shop.state()).toBe('failed')
    expect((await shop.twice()).map(({ text }) => text)).toEqual(['whole', 'whole'])
    expect(shop.runs).toBe(2)
  })

  it.each([
    ['res.destroy()', (_req: Request, res: Response) => res.destroy()],
    ['res.destroy(error)', (_req: Request, res: Response) => res.destroy(new Error('no'))],
    ['req.socket.destroy()', (req: Request) => req.socket.destroy()],
    ['req.socket.destroy(error)', (req: Request) => req.socket.destroy(new Error('no'))],
    ['req.destroy()', (req: Request) => req.destroy()],
  ])('that the handler shows by %s is a failed attempt', async (_way, destroy) => {
    const shop = new Shop(express)
    shop.app.post('/', shop.protect(), async (req, res) => {
      if (++shop.runs > 1) return void res.send('done')
      await new Promise((resolve) => setImmediate(resolve))
      destroy(req, res)
    })
    await shop.open()
    expect((await shop.ask()).status).toBe(0)
    expect(await shop.state()).toBe('failed')
    expect((await shop.ask()).text).toBe('done')
  })

  it('of the options is given to error handlers, and nothing runs', async () => {
    const shop = new Shop(express)
    shop.app.post('/', shop.protect({ scope: () => '' }), () => shop.runs++)
    shop.app.use((error: Error, _req: Request, res: Response, _next: NextFunction) => {
      res.status(500).send(error.name)
    })
    await shop.open()
    expect(await shop.ask()).toMatchObject({ status: 500, text: 'InvalidKeyError' })
    expect(shop.runs).toBe(0)
  })

  it("of a chunk that cannot be sent is the handler's", async () => {
    const shop = new Shop(express)
    shop.app.post('/', shop.protect(), (_req, res) => {
      expect(() => res.write(1 as never)).toThrow(TypeError)
      expect(() => res.end({} as never)).toThrow(TypeError)
      res.end('fine')
    })
    await shop.open()
    expect((await shop.ask()).text).toBe('fine')
  })
})
