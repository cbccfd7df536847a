import { once } from 'node:events'
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Request, Response } from 'express'
import { afterAll, describe, expect, it } from 'vitest'
import { VERSIONS } from './express-adapter'
import { gate, Shop, until } from './shop'

const folder = mkdtempSync(join(tmpdir(), 'idem-express-'))
afterAll(() => rmSync(folder, { recursive: true }))
/** More than sockets hold. */
const SIZE = 16_000_000
const file = join(folder, 'large.bin')
writeFileSync(file, Buffer.alloc(SIZE, 'x'))

const pieces = () => Readable.from(Array.from({ length: SIZE / 100_000 }, () => Buffer.alloc(100_000, 'x')))
const WAYS: Record<string, (res: Response) => unknown> = {
  'res.json': (res) => res.json({ id: 1 }),
  'res.sendFile': (res) => res.sendFile(file),
  'a stream that is piped': (res) => createReadStream(file).pipe(res),
  'a pipeline': (res) => pipeline(pieces(), res),
  'res.write that waits for drain': async (res) => {
    for await (const piece of pieces()) if (!res.write(piece)) await once(res, 'drain')
    res.end()
  },
  'res.write that waits for its callbacks': async (res) => {
    for await (const piece of pieces()) {
      await new Promise<void>((resolve, reject) => {
        res.write(piece, (error) => (error ? reject(error) : resolve()))
      })
    }
    res.end()
  },
}

const hangUps = {
  'ends its connection': (socket: import('node:net').Socket) => socket.destroy(),
  'resets its connection': (socket: import('node:net').Socket) => socket.resetAndDestroy(),
}

describe.each(VERSIONS)('on %s, a client', (_, express) => {
  describe.each(Object.entries(hangUps))('that %s', (_how, hangUp) => {
    it.each(Object.entries(WAYS))(
      'before it is answered by %s stops nothing, and its retry is answered',
      async (_way, answer) => {
        const shop = new Shop(express)
        const work = gate()
        let connection: Request['socket'] | undefined
        let body: unknown
        shop.app.post('/', shop.protect({ maxBodyBytes: 2 * SIZE }), async (req, res, next) => {
          shop.runs++
          connection = req.socket
          await work.opened
          // Read only now: it was there when the client left.
          express.json()(req, res, () => {
            body = req.body
            Promise.resolve(answer(res)).catch(next)
          })
        })
        await shop.open()
        const socket = await shop.send()
        await until(() => shop.runs === 1)
        hangUp(socket)
        await until(() => connection?.closed === true)
        work.open()
        await until(async () => (await shop.state()) === 'succeeded')
        expect(body).toEqual({ a: 1 })
        const again = await shop.ask()
        expect([again.status, again.isWhole, shop.runs]).toEqual([200, true, 1])
        if (again.text !== '{"id":1}') expect(again.body.length).toBe(SIZE)
      },
    )

    it.each(Object.entries(WAYS).slice(1))(
      'in the middle of %s stops nothing, and its retry is answered',
      async (_way, answer) => {
        const shop = new Shop(express)
        shop.app.post('/', shop.protect({ maxBodyBytes: 2 * SIZE }), (_req, res, next) => {
          shop.runs++
          Promise.resolve(answer(res)).catch(next)
        })
        await shop.open()
        const socket = await shop.send()
        await once(socket, 'data')
        socket.pause()
        hangUp(socket)
        await until(async () => (await shop.state()) === 'succeeded')
        const again = await shop.ask()
        expect([again.status, again.body.length, shop.runs]).toEqual([200, SIZE, 1])
      },
    )
  })

  it('that hangs up lets handlers hear of the end that their answer would have had', async () => {
    const shop = new Shop(express)
    const work = gate()
    const heard: string[] = []
    let connection: Request['socket'] | undefined
    shop.app.post('/', shop.protect(), async (req, res) => {
      shop.runs++
      connection = req.socket
      for (const event of ['finish', 'close'] as const) res.on(event, () => heard.push(event))
      await work.opened
      res.socket?.setTimeout(1000)
      res.end('done', () => heard.push('ended'))
    })
    await shop.open()
    const socket = await shop.send()
    await until(() => shop.runs === 1)
    socket.destroy()
    await until(() => connection?.closed === true)
    expect(heard).toEqual([])
    work.open()
    await until(() => heard.length === 3)
    expect(heard).toEqual(['finish', 'ended', 'close'])
  })

  it('that is cut off by a server that shuts down stops nothing', async () => {
    const shop = new Shop(express)
    const work = gate()
    let connection: Request['socket'] | undefined
    shop.app.post('/', shop.protect(), async (req, res) => {
      shop.runs++
      connection = req.socket
      await work.opened
      res.send('done')
    })
    await shop.open()
    await shop.send()
    await until(() => shop.runs === 1)
    // Destroyed from outside the handler.
    connection?.destroy()
    await until(() => connection?.closed === true)
    expect(await shop.state()).toBe('running')
    work.open()
    await until(async () => (await shop.state()) === 'succeeded')
    expect((await shop.ask()).text).toBe('done')
  })

  it.each<[what: string, limit: (req: Request, res: Response) => unknown]>([
    ['req.setTimeout', (req) => req.setTimeout(30)],
    ['res.setTimeout', (_req, res) => res.setTimeout(30)],
    ['req.socket.setTimeout', (req) => req.socket.setTimeout(30)],
  ])(
    'that is cut off by %s of the handler stops nothing, and nothing runs beside it',
    async (_what, limit) => {
      const shop = new Shop(express)
      const work = gate()
      shop.app.post('/', shop.protect(), async (req, res) => {
        shop.runs++
        limit(req, res)
        await work.opened
        res.send('done')
      })
      await shop.open()
      expect((await shop.ask()).status).toBe(0)
      expect((await shop.ask()).status).toBe(409)
      expect(await shop.state()).toBe('running')
      work.open()
      await until(async () => (await shop.state()) === 'succeeded')
      expect([(await shop.ask()).text, shop.runs]).toEqual(['done', 1])
    },
  )

  it('that hangs up in the middle of a large request leaves no refusal of it behind', async () => {
    const shop = new Shop(express)
    shop.app.post(
      '/',
      shop.protect({ maxRequestBytes: 1000 }),
      (_req, _res, next) => {
        shop.runs++
        next()
      },
      express.text({ limit: '10mb' }),
      (req, res) => void res.send(`${req.body.length}`),
    )
    await shop.open()
    const body = 'x'.repeat(500_000)
    const socket = await shop.send({ type: 'text/plain', body: body.slice(1), declaredLength: body.length })
    await until(() => shop.runs === 1)
    socket.destroy()
    await until(async () => (await shop.state()) === 'failed')
    expect((await shop.ask({ type: 'text/plain', body })).text).toBe('500000')
  })

  it('that has left is waited for by nobody: a handler that never answers ends with maxRunTime', async () => {
    const shop = new Shop(express)
    let isLeft = false
    let late: boolean | undefined
    shop.app.post('/', shop.protect({ maxRunTime: 100, lease: 60 }), (req, res) => {
      shop.runs++
      req.idempotency.signal.addEventListener('abort', () => {
        isLeft = true
        setTimeout(() => {
          late = res.write('too late')
          res.end()
        }, 50)
      })
    })
    await shop.open()
    const answer = await shop.ask()
    expect([answer.status, answer.isWhole]).toEqual([409, true])
    await until(() => late !== undefined)
    // Into nothing, as everything that is written for a client that has left.
    expect([isLeft, late]).toEqual([true, true])
  })

  it('that keeps its connection finds nothing of the last request on it', async () => {
    const shop = new Shop(express)
    const sockets: Request['socket'][] = []
    const ways = new Set<unknown>()
    shop.app.post('/', shop.protect(), (req, res) => {
      sockets.push(req.socket)
      ways.add(req.socket.destroy)
      res.send(`${++shop.runs}`)
    })
    await shop.open()
    const { Agent, request } = await import('node:http')
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const counts: number[] = []
    for (let at = 0; at < 20; at++) {
      const sent = request({
        port: shop.port,
        method: 'POST',
        agent,
        headers: { 'Idempotency-Key': `"${at}"` },
      }).end()
      const [response] = await once(sent, 'response')
      await once(response.resume(), 'end')
      const [socket] = sockets
      counts.push((socket?.listenerCount('close') ?? 0) + (socket?.listenerCount('error') ?? 0))
    }
    agent.destroy()
    expect(new Set(sockets).size).toBe(1)
    expect(new Set(counts.slice(1)).size).toBe(1)
    expect(ways.size).toBe(1)
  })
})
