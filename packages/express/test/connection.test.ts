import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { VERSIONS } from './express-adapter'
import { received } from './raw-request'
import { gate, Shop, until } from './shop'

const LARGE = 'x'.repeat(3_000_000)

/** A request that leaves its connection open for the next. */
const kept = (key: string, body: string, path = '/') =>
  `POST ${path} HTTP/1.1\r\nHost: shop.example\r\nIdempotency-Key: ${key}\r\nContent-Type: text/plain\r\n` +
  `Content-Length: ${body.length}\r\n\r\n${body}`
const LAST = 'GET /last HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n'

async function sent(port: number, ...requests: string[]): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' })
  socket.on('error', () => {})
  await once(socket, 'connect')
  socket.write(requests.join(''))
  return socket
}

async function answers(port: number, ...requests: string[]): Promise<string[]> {
  const { lines, text } = await received(await sent(port, ...requests))
  return [lines[0]?.[1] ?? '', ...text.split(/(?=HTTP\/1\.1)/)]
}

describe.each(VERSIONS)('on %s, a connection', (_, express) => {
  it.each(['answered', 'refused'])('serves on when a large request was %s, and not read', async (how) => {
    const shop = new Shop(express)
    const { opened, open } = gate()
    shop.app.use(shop.protect({ maxRequestBytes: 1000 }))
    shop.app.post('/', async (req, res) => {
      shop.runs++
      if (req.get('connection') === 'close') await opened
      res.send('done')
    })
    shop.app.get('/last', (_req, res) => void res.send('served'))
    await shop.open()
    const first = how === 'refused' ? shop.ask({ type: 'text/plain', body: LARGE }) : undefined
    if (first !== undefined) await until(() => shop.runs === 1)
    const said = (await answers(shop.port, kept('"a"', LARGE), LAST)).join('\n')
    expect(said).toContain(how === 'refused' ? 'in-progress' : 'done')
    expect(said).toContain('served')
    open()
    await first
  })

  it('that is lost stops no answer that waits for its turn on it', async () => {
    const shop = new Shop(express)
    const { opened, open } = gate()
    shop.app.use(shop.protect())
    shop.app.post('/slow', async (_req, res) => {
      shop.runs++
      await opened
      res.send('slow')
    })
    shop.app.post('/large', async (_req, res) => {
      shop.runs++
      for (let times = 0; times < 40; times++) {
        if (!res.write('y'.repeat(10_000))) await once(res, 'drain')
      }
      res.end()
    })
    await shop.open()
    const socket = await sent(shop.port, kept('"a"', 'x', '/slow'), kept('"b"', 'x', '/large'))
    await until(() => shop.runs === 2)
    socket.destroy()
    // The server has heard of it once it has answered another request.
    await shop.ask({ method: 'GET', path: '/nothing' })
    open()
    const state = async (key: string) => (await shop.idem.inspect(key, { name: 'http' }))?.state
    await until(async () => (await state('a')) === 'succeeded' && (await state('b')) === 'succeeded')
    const again = await shop.ask({ key: '"b"', path: '/large', type: 'text/plain', body: 'x' })
    expect([again.text.length, again.header('idempotency-replayed')]).toEqual([400_000, 'true'])
  })

  it('whose request others have answered meanwhile is sent nothing more, and its handler does not run', async () => {
    const shop = new Shop(express)
    // As one that is out of patience does.
    shop.app.use((req, res, next) => {
      next()
      if (req.get('x-late') === '1') res.status(503).end('late')
    })
    shop.app.use(shop.protect())
    shop.app.post('/', (_req, res) => void res.send(`run ${++shop.runs}`))
    await shop.open()
    const late = ['X-Late: 1']
    const first = await shop.ask({ headers: late })
    expect([first.status, first.text, shop.runs]).toEqual([503, 'late', 0])
    await until(async () => (await shop.state()) === 'failed')
    expect((await shop.ask()).text).toBe('run 1')
    const again = await shop.ask({ headers: late })
    expect([again.status, again.text]).toEqual([503, 'late'])
    expect((await shop.ask()).header('idempotency-replayed')).toBe('true')
  })

  it('on which others have begun an answer is ended, and no process with it', async () => {
    const shop = new Shop(express)
    shop.app.use((req, res, next) => {
      if (req.get('x-early') === '1') res.flushHeaders()
      next()
    })
    shop.app.use(shop.protect())
    shop.app.post('/', (_req, res) => void res.send(`run ${++shop.runs}`))
    await shop.open()
    expect((await shop.ask({ headers: ['X-Early: 1'] })).isWhole).toBe(false)
    expect((await shop.ask()).text).toBe('run 1')
    expect((await shop.ask({ headers: ['X-Early: 1'] })).isWhole).toBe(false)
    expect(shop.runs).toBe(1)
  })
})
