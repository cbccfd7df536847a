import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import express5, { type Response } from 'express'
import { afterAll, describe, expect, it } from 'vitest'
import { VERSIONS } from './express-adapter'
import { received } from './raw-request'
import { gate, Shop, until } from './shop'

const folder = mkdtempSync(join(tmpdir(), 'idem-express-'))
afterAll(() => rmSync(folder, { recursive: true }))
const SIZE = 300_000
const file = join(folder, 'large.bin')
writeFileSync(file, Buffer.alloc(SIZE, 'x'))

const pieces = () => Readable.from(Array.from({ length: 3 }, () => Buffer.alloc(SIZE / 3, 'x')))
const WAYS: Record<string, (res: Response) => unknown> = {
  'res.send': (res) => res.send('x'.repeat(SIZE)),
  'res.sendFile': (res) => res.sendFile(file),
  'a pipeline': (res) => pipeline(pieces(), res),
  'res.write that waits for drain': async (res) => {
    for await (const piece of pieces()) if (!res.write(piece)) await once(res, 'drain')
    res.end()
  },
  'res.writeHead and res.end': (res) => {
    res.setHeader('X-Own', '1')
    res.appendHeader('X-Own', '2')
    res.removeHeader('X-Own')
    res.writeHead(200).end('x'.repeat(SIZE))
  },
  'who looks whether it was answered': (res) => {
    if (!res.headersSent && !res.writableEnded) res.end('x'.repeat(SIZE))
  },
}

const OVERDUE = { maxRunTime: 60, lease: 40 }

describe.each(VERSIONS)('on %s, an answer that is later than maxRunTime', (_, express) => {
  it.each(Object.entries(WAYS))('is recorded for the retry if it is sent by %s', async (_way, answer) => {
    const shop = new Shop(express)
    const work = gate()
    const ends: string[] = []
    let body: unknown
    shop.app.use((_req, res, next) => {
      res.set('X-Outer', 'yes')
      next()
    })
    shop.app.post('/', shop.protect(OVERDUE), async (req, res, next) => {
      shop.runs++
      res.status(202)
      res.set('X-Early', 'no')
      await work.opened
      res.status(200)
      res.on('finish', () => ends.push('finish'))
      // Read only now.
      express5.json()(req, res, () => {
        body = req.body
        Promise.resolve(answer(res)).catch(next)
      })
    })
    await shop.open()
    const refused = await shop.ask()
    expect([refused.status, refused.isWhole, refused.header('x-outer')]).toEqual([409, true, 'yes'])
    expect([refused.header('x-early'), refused.text.includes('outcome-unknown')]).toEqual([undefined, true])
    work.open()
    await until(async () => (await shop.state()) === 'succeeded')
    const again = await shop.ask()
    expect([again.status, again.text.length, again.header('idempotency-replayed')]).toEqual([
      200,
      SIZE,
      'true',
    ])
    expect([body, shop.runs]).toEqual([{ a: 1 }, 1])
    await until(() => ends.length === 1)
  })

  it('is recorded though its client got the beginning of it, and never gets its end', async () => {
    const shop = new Shop(express)
    const work = gate()
    shop.app.post('/', shop.protect(OVERDUE), async (_req, res) => {
      shop.runs++
      res.write('one ')
      await work.opened
      res.write('two ')
      res.end('three')
    })
    await shop.open()
    const broken = await shop.ask()
    expect([broken.text, broken.isWhole]).toEqual(['one ', false])
    work.open()
    await until(async () => (await shop.state()) === 'succeeded')
    expect([(await shop.ask()).text, shop.runs]).toEqual(['one two three', 1])
  })

  it('is an error that nobody handles, and leaves the connections of its client alone', async () => {
    const shop = new Shop(express)
    const work = gate()
    const failed = gate()
    shop.app.post('/slow', shop.protect(OVERDUE), async (_req, _res, next) => {
      shop.runs++
      await work.opened
      next(new Error('too late'))
      failed.open()
    })
    shop.app.get('/next', async (_req, res) => {
      work.open()
      await failed.opened
      await new Promise((resolve) => setImmediate(resolve))
      res.send('next')
    })
    await shop.open()
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const ask = async (method: string, path: string) => {
      const headers = { 'Idempotency-Key': '"a"' }
      const [answer] = await once(
        request({ port: shop.port, agent, method, path, headers }).end(),
        'response',
      )
      let text = ''
      for await (const piece of answer) text += piece
      return [answer.statusCode, text]
    }
    expect((await ask('POST', '/slow'))[0]).toBe(409)
    expect(await ask('GET', '/next')).toEqual([200, 'next'])
    agent.destroy()
    expect(await shop.state()).toBe('abandoned')
  })

  it('is the error of the aborted attempt itself, and its client gets the 409', async () => {
    const shop = new Shop(express)
    shop.app.post('/', shop.protect(OVERDUE), (req, _res, next) => {
      shop.runs++
      req.idempotency.signal.addEventListener('abort', () => next(new Error('aborted')))
    })
    await shop.open()
    expect(await shop.ask()).toMatchObject({ status: 409, isWhole: true })
    expect(await shop.state()).toBe('abandoned')
  })

  it('holds up nobody who waits behind it on the connection, nor is sent before its turn', async () => {
    const shop = new Shop(express)
    const [first, late] = [gate(), gate()]
    shop.app.post('/first', async (_req, res) => {
      await first.opened
      res.send('first')
    })
    shop.app.post('/', shop.protect(OVERDUE), async (_req, res) => {
      shop.runs++
      await late.opened
      res.send('late')
    })
    await shop.open()
    const socket = connect({ port: shop.port, host: '127.0.0.1' })
    const head =
      'Host: shop.example\r\nIdempotency-Key: "a"\r\nContent-Type: application/json\r\nContent-Length: 7'
    socket.write(`POST /first HTTP/1.1\r\n${head}\r\n\r\n{"a":1}POST / HTTP/1.1\r\n${head}\r\n\r\n{"a":1}`)
    const answers = received(socket)
    await until(async () => (await shop.state()) === 'abandoned')
    late.open()
    await until(async () => (await shop.state()) === 'succeeded')
    first.open()
    const { text } = await answers
    expect(text).toMatch(/^firstHTTP\/1\.1 409 /)
    expect(text).toContain('outcome-unknown')
    expect([(await shop.ask()).text, shop.runs]).toEqual(['late', 1])
  })
})

describe.each(VERSIONS)('on %s, an attempt that has lost its record', (_, express) => {
  it.each(['res.json', 'res.write'])(
    'and answers by %s gets its client no other answer than the winner’s',
    async (way) => {
      const slow = new Shop(express)
      const work = gate()
      slow.app.post('/', slow.protect(), async (_req, res) => {
        await work.opened
        if (way === 'res.json') return void res.json({ by: 'slow' })
        res.write('{"by":')
        setTimeout(() => res.end('"slow"}'), 20)
      })
      await slow.open()
      const winner = new Shop(express, { store: slow.store })
      winner.app.post('/', winner.protect(), (_req, res) => void res.json({ by: 'winner' }))
      await winner.open()
      const asked = slow.ask()
      await until(async () => (await slow.state()) === 'running')
      await slow.idem.forget('a', { name: 'http' })
      expect((await winner.ask()).text).toBe('{"by":"winner"}')
      work.open()
      const answer = await asked
      // What has begun cannot be taken back: it is broken off, and repeated by its client.
      if (way === 'res.json') expect([answer.isWhole, answer.text]).toEqual([true, '{"by":"winner"}'])
      else expect(answer.isWhole).toBe(false)
      expect((await slow.ask()).text).toBe('{"by":"winner"}')
    },
  )
})
