import { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import type { Request } from 'express'
import { describe, expect, it } from 'vitest'
import { VERSIONS } from './express-adapter'
import { gate, Shop, until } from './shop'

interface Event {
  readonly body: string
  readonly headers?: Record<string, string>
  /** Whether the body is there from the beginning, or comes when it is asked for. */
  readonly isPushed?: boolean
}

/** A request as clouds make them of their events: complete, without lines of headers, and on no connection. */
class EventRequest extends IncomingMessage {
  constructor({ body, headers, isPushed = false }: Event) {
    super({ encrypted: true, readable: true, end() {}, destroy() {} } as unknown as Socket)
    const bytes = Buffer.from(body)
    const push = () => {
      if (bytes.length > 0) this.push(bytes)
      this.push(null)
    }
    Object.assign(this, { method: 'POST', url: '/', complete: true, httpVersion: '1.1' })
    this.headers = {
      'idempotency-key': '"a"',
      'content-type': 'application/json',
      'content-length': String(bytes.length),
      ...headers,
    }
    this._read = isPushed ? () => {} : push
    if (isPushed) push()
  }
}

/** What an app answers to an event. */
async function answered(shop: Shop, event: Event): Promise<{ status: number; text: string }> {
  const req = new EventRequest(event)
  const res = new ServerResponse(req)
  const socket = new PassThrough()
  res.assignSocket(socket as unknown as Socket)
  res.shouldKeepAlive = false
  shop.app(req, res)
  await new Promise((resolve) => res.once('finish', resolve))
  const [, text = ''] = String(socket.read()).split('\r\n\r\n')
  return { status: res.statusCode, text }
}

describe.each(VERSIONS)('on %s without a server', (_, express) => {
  it.each([true, false])('a request is protected, its body pushed before: %s', async (isPushed) => {
    const shop = new Shop(express)
    shop.app.post('/', shop.protect(), express.json(), (req: Request, res) => {
      shop.runs++
      res.status(201).json({ paid: req.body.amount })
    })
    const ask = (amount: number, headers = {}) =>
      answered(shop, { body: `{"amount":${amount}}`, isPushed, headers })
    const paid = { status: 201, text: '{"paid":1}' }
    expect([await ask(1), await ask(1)]).toEqual([paid, paid])
    expect((await ask(2)).status).toBe(422)
    expect((await ask(1, { 'content-type': 'text/plain' })).status).toBe(422)
    expect((await ask(1, { 'idempotency-key': undefined })).status).toBe(400)
    expect(shop.runs).toBe(1)
  })

  it.each([true, false])('an empty body is one, pushed before: %s', async (isPushed) => {
    const shop = new Shop(express)
    shop.app.post('/', shop.protect(), (_req, res) => void res.send(`run ${++shop.runs}`))
    const event = { body: '', isPushed }
    expect([await answered(shop, event), await answered(shop, event)]).toEqual([
      { status: 200, text: 'run 1' },
      { status: 200, text: 'run 1' },
    ])
  })

  it.each([true, false])(
    'requests without a key are told apart, their bodies pushed before: %s',
    async (isPushed) => {
      const shop = new Shop(express)
      shop.app.post(
        '/',
        shop.protect({ fingerprint: 'only' }),
        (_req, res) => void res.send(`run ${++shop.runs}`),
      )
      const texts = []
      for (const body of ['1', '2', '1']) texts.push((await answered(shop, { body, isPushed })).text)
      expect(texts).toEqual(['run 1', 'run 2', 'run 1'])
    },
  )

  it('an answer that is later than maxRunTime is dropped, and ends no process', async () => {
    const shop = new Shop(express)
    const { opened, open } = gate()
    let thrown: unknown = 'nothing yet'
    shop.app.post('/', shop.protect({ maxRunTime: 60, lease: 40 }), async (_req, res) => {
      await opened
      try {
        res.removeHeader('X-Other')
        res.status(201).append('X-Own', '1').json({ paid: 1 })
        res.writeHead(201, { 'X-Own': '1' })
        thrown = undefined
      } catch (error) {
        thrown = error
      }
    })
    const answer = await answered(shop, { body: '' })
    expect([answer.status, answer.text.includes('outcome-unknown')]).toEqual([409, true])
    open()
    await until(() => thrown !== 'nothing yet')
    expect(thrown).toBeUndefined()
  })
})
