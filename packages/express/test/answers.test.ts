import { once } from 'node:events'
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import type { Response } from 'express'
import { afterAll, describe, expect, it } from 'vitest'
import { VERSIONS } from './express-adapter'
import { type RawAnswer, received } from './raw-request'
import { gate, Shop, until } from './shop'

const folder = mkdtempSync(join(tmpdir(), 'idem-express-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = join(folder, 'receipt.bin')
/** Every byte there is, of which many are no UTF-8; in more pieces than one. */
const BYTES = Buffer.from(Uint8Array.from({ length: 200_000 }, (_, at) => (at * 7) % 256))
writeFileSync(file, BYTES)
const small = join(folder, 'receipt.txt')
writeFileSync(small, 'paid')

const WAYS: Record<string, (res: Response) => unknown> = {
  'res.json': (res) => res.status(201).json({ id: 1, name: 'café' }),
  'res.send of text': (res) => res.send('<p>café</p>'),
  'res.send of a Buffer': (res) => res.send(BYTES),
  'res.send of nothing': (res) => res.send(undefined),
  'res.send with a 204': (res) => res.status(204).send('dropped'),
  'res.send with a 205': (res) => res.status(205).send('dropped'),
  'res.send with a 304': (res) => res.status(304).send('dropped'),
  'res.sendStatus': (res) => res.sendStatus(202),
  'res.redirect': (res) => res.redirect(303, '/orders/1?x=1'),
  'res.sendFile': (res) => res.sendFile(file),
  'res.sendFile of a small file': (res) => res.sendFile(small),
  'res.download': (res) => res.download(file, 'receipt.bin'),
  'res.end of text': (res) => res.end('café'),
  'res.end of text in another encoding': (res) => res.end('caff00e9', 'hex'),
  'res.end of latin1': (res) => res.end('café', 'latin1'),
  'res.end of a Buffer': (res) => res.end(BYTES),
  'res.end of nothing': (res) => res.status(200).end(),
  'res.end with a callback only': (res) => res.end(() => res.locals),
  'res.end with a 204': (res) => res.status(204).end(),
  'res.write and res.end': (res) => {
    res.write('one ')
    res.write('74776f', 'hex')
    res.end(' three')
  },
  'res.write that waits for its callbacks': async (res) => {
    const write = promisify((bytes: Uint8Array, done: (error?: Error | null) => void) =>
      res.write(bytes, done),
    )
    for (let at = 0; at < BYTES.length; at += 50_000) await write(BYTES.subarray(at, at + 50_000))
    res.end()
  },
  'res.write that waits for drain': async (res) => {
    for (let at = 0; at < 2_000_000; at += BYTES.length) if (!res.write(BYTES)) await once(res, 'drain')
    res.end()
  },
  'res.write of as much as was declared': async (res) => {
    res.set('Content-Length', String(2 * BYTES.length))
    res.write(BYTES)
    const last = Buffer.from(BYTES)
    await new Promise((resolve) => res.write(last, resolve))
    last.fill(0)
    res.end()
  },
  'a stream that is piped': (res) => createReadStream(file, { highWaterMark: 30_000 }).pipe(res),
  'a pipeline': (res) => pipeline(createReadStream(file), res),
  'a pipeline of text': (res) => pipeline(Readable.from(['one', 'two']), res.type('text/plain')),
  'res.writeHead with an object': (res) => {
    res.set('X-Own', 'before')
    res.writeHead(201, 'Made', { 'X-Own': 'yes', 'X-List': ['1', '2'] }).end('made')
  },
  'res.writeHead with a list': (res) => {
    res.writeHead(201, ['X-Own', 'yes', 'Link', '</a>', 'Set-Cookie', 'a=1'])
    res.end('made')
  },
  'res.writeHead long before the body': async (res) => {
    res.writeHead(200, { 'X-Own': 'yes' })
    await new Promise((resolve) => setImmediate(resolve))
    res.end('done')
  },
  'headers that come several times': (res) => {
    res.setHeader('Link', ['</a>; rel="next"', '</b>; rel="prev"'])
    res.append('Set-Cookie', 'a=1; Path=/').append('Set-Cookie', 'b=2, 3; Secure')
    res.cookie('c', 'ü', { httpOnly: true }).append('Link', '</c>').vary('Accept').json([1])
  },
  'res.flushHeaders': async (res) => {
    res.set('X-Own', 'yes').flushHeaders()
    await new Promise((resolve) => setImmediate(resolve))
    res.end('late')
  },
  'res.flushHeaders of an answer without a body': (res) => {
    res.status(204).flushHeaders()
    res.end()
  },
  trailers: (res) => {
    res.setHeader('Trailer', 'X-Sum')
    res.write('body')
    res.addTrailers({ 'X-Sum': '1' })
    res.end()
  },
  'something that was said before': (res) => {
    res.writeEarlyHints({ link: '</style.css>; rel=preload' })
    res.writeProcessing()
    res.json({ id: 1 })
  },
  'corked writes': (res) => {
    res.cork()
    res.write('one ')
    res.write('two')
    res.uncork()
    res.end()
  },
}

/** What is another in each message, or how it is put on the wire. */
const without = (answer: RawAnswer, ...names: string[]) =>
  answer.lines
    .filter(([name]) => !['Date', ...names].includes(name))
    .map(([name, value]) => `${name.toLowerCase()}: ${value}`)
    .sort()

describe.each(VERSIONS)('on %s, what is answered', (_, express) => {
  it.each(Object.entries(WAYS))(
    'by %s is what it would be without protection, and comes back byte by byte',
    async (_way, answer) => {
      const shop = new Shop(express)
      const protect = shop.protect({ keepHeaders: ['Set-Cookie'], maxBodyBytes: 4_000_000 })
      shop.app.post('/bare', (_req, res) => void answer(res))
      shop.app.post('/', protect, (_req, res) => {
        shop.runs++
        void answer(res)
      })
      await shop.open()
      const bare = await shop.ask({ path: '/bare' })
      const [first, again] = await shop.twice()
      expect(bare.isWhole && first.isWhole && again.isWhole).toBe(true)
      expect([first.status, first.body.equals(bare.body)]).toEqual([bare.status, true])
      expect(without(first)).toEqual(without(bare))
      expect([again.status, again.body.equals(first.body)]).toEqual([first.status, true])
      const framing = ['Content-Length', 'Transfer-Encoding', 'content-length', 'Trailer']
      expect(without(again, ...framing, 'idempotency-replayed')).toEqual(without(first, ...framing))
      expect(again.header('idempotency-replayed')).toBe('true')
      expect(shop.runs).toBe(1)
    },
  )

  // Node 20 sends only the last of each name.
  it.each([
    ['flat', ['Link', '</a>', 'Link', '</b>', 'Set-Cookie', 'a=1', 'Set-Cookie', 'b=2']],
    [
      'of pairs',
      [
        ['Link', '</a>'],
        ['Link', '</b>'],
        ['Set-Cookie', 'a=1'],
        ['Set-Cookie', 'b=2'],
      ],
    ],
  ])('with a %s list of headers keeps all of them', async (_form, headers) => {
    const shop = new Shop(express)
    shop.app.post('/', shop.protect({ keepHeaders: ['Set-Cookie'] }), (_req, res) => {
      res
        .append('Link', 'gone')
        .writeHead(200, headers as string[])
        .end('x')
    })
    await shop.open()
    for (const answer of await shop.twice()) {
      const kept = answer.lines
        .filter(([name]) => /^(link|set-cookie)$/i.test(name))
        .map(([, value]) => value)
      expect(kept).toEqual(['</a>', '</b>', 'a=1', 'b=2'])
    }
  })

  it('is held back, though it is all there, until it is recorded; nobody can change it any more', async () => {
    const shop = new Shop(express)
    const seen: unknown[] = []
    const settle = gate()
    const { complete } = shop.store
    shop.store.complete = async (completion) => {
      await settle.opened
      return complete.call(shop.store, completion)
    }
    shop.app.post('/', shop.protect(), (_req, res) => {
      res.status(201).json({ id: 1 })
      seen.push(res.headersSent, res.writableEnded)
      expect(() => res.setHeader('X-Late', '1')).toThrow(/after they are sent/)
      res.status(500)
      res.end('other')
      res.write('other', (error) => seen.push(error?.message))
      res.end('other', () => seen.push('told'))
      res.write('other')
    })
    await shop.open()
    const socket = await shop.send()
    let bytes = 0
    socket.on('data', (piece: Buffer) => {
      bytes += piece.length
    })
    const answer = received(socket)
    await until(() => seen.length === 4)
    // Another request is answered on the way: had the first been let go, it would be here.
    await shop.ask({ method: 'GET', path: '/nothing' })
    expect(bytes).toBe(0)
    settle.open()
    expect(await answer).toMatchObject({ status: 201, text: '{"id":1}' })
    expect(seen).toEqual([true, true, 'write after end', 'told'])
    expect(await shop.ask()).toMatchObject({ status: 201, text: '{"id":1}' })
  })

  it('is held back with its last bytes where its length was declared', async () => {
    const shop = new Shop(express)
    const settle = gate()
    const { complete } = shop.store
    let isSettling = false
    shop.store.complete = async (completion) => {
      isSettling = true
      await settle.opened
      return complete.call(shop.store, completion)
    }
    shop.app.post('/', shop.protect(), (_req, res) => {
      res.set('Content-Length', '6')
      res.write('one')
      res.write('two')
      res.end()
    })
    await shop.open()
    const socket = await shop.send()
    let seen = ''
    socket.on('data', (piece: Buffer) => {
      seen += piece
    })
    const answer = received(socket)
    await until(() => isSettling && seen.endsWith('one'))
    await shop.ask({ method: 'GET', path: '/nothing' })
    expect(seen.endsWith('one')).toBe(true)
    settle.open()
    expect((await answer).text).toBe('onetwo')
  })

  it('reaches the client even if it cannot be recorded', async () => {
    const shop = new Shop(express, { settleTimeout: 30 })
    shop.store.complete = async () => {
      throw new Error('down')
    }
    shop.app.post('/', shop.protect(), (_req, res) => {
      res.status(201).sendFile(small)
    })
    await shop.open()
    expect(await shop.ask()).toMatchObject({ status: 201, text: 'paid', isWhole: true })
  })

  it('is what comes after an end that threw, with nothing of that', async () => {
    const shop = new Shop(express)
    shop.app.post('/', shop.protect({ keeps: () => true }), (_req, res) => {
      res.statusCode = 99
      try {
        res.end('a status that no server can send')
      } catch {
        res.writeHead(500).end('failed')
      }
    })
    await shop.open()
    for (const answer of await shop.twice()) {
      expect([answer.status, answer.text, answer.isWhole]).toEqual([500, 'failed', true])
    }
  })

  it.each(['plain', 'café'])(
    'has a head of the same bytes in front of the text %s, first and replayed',
    async (text) => {
      const shop = new Shop(express)
      shop.app.post('/', shop.protect(), (_req, res) => {
        res.set('X-Place', 'Orléans').end(text)
      })
      await shop.open()
      for (const answer of await shop.twice()) {
        expect(answer).toMatchObject({ text, isWhole: true })
        // One byte a character, as fields of a head have always been written.
        expect(answer.header('x-place')).toBe('Orléans')
      }
    },
  )

  it('keeps the headers of a writeHead whose reason is not there', async () => {
    const shop = new Shop(express)
    shop.app.post('/', shop.protect(), (_req, res) => {
      const reason = undefined as unknown as string
      res.writeHead(201, reason, { 'X-Charge': '1' }).end('paid')
    })
    await shop.open()
    for (const answer of await shop.twice()) {
      expect([answer.status, answer.header('x-charge'), answer.text]).toEqual([201, '1', 'paid'])
    }
  })
})
