import { describe, expect, it } from 'vitest'
import { type IdempotentFetchOptions, idempotentFetch, isReplayed } from '../../src/http/index'
import { systemRuntime } from '../../src/runtime'
import { VirtualRuntime } from '../support/virtual-runtime'
import { watched } from '../support/watched'

type Step = Response | Error | ((request: Request) => Promise<Response>)
const URL_OF = 'http://shop.test/orders'
const post = (body?: RequestInit['body']): RequestInit => ({ method: 'POST', body: body ?? '{"n":1}' })
const status = (code: number, headers: Record<string, string> = {}) =>
  new Response(null, { status: code, headers })

/** A server that answers as it is told, one step a request, and on a clock that stands still. */
function shop(steps: readonly Step[], options: IdempotentFetchOptions = {}) {
  const time = new VirtualRuntime()
  const sent: { readonly key: string | null; readonly body: string; readonly at: number }[] = []
  const left = [...steps]
  const send = idempotentFetch({
    runtime: time,
    fetch: async (input) => {
      const request = input as Request
      sent.push({ key: request.headers.get('Idempotency-Key'), body: await request.text(), at: time.now() })
      const step = left.shift()
      if (step === undefined) throw new Error('one request too many')
      if (step instanceof Error) throw step
      return typeof step === 'function' ? step(request) : step
    },
    ...options,
  })
  return { time, sent, send }
}

/** Some bodies are read by other threads, for which time that stands still does not wait. */
const real: IdempotentFetchOptions = { runtime: systemRuntime, backoff: 1 }

const cut = new TypeError('fetch failed')
const hanging = ({ signal }: Request) =>
  new Promise<Response>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))

describe('idempotentFetch', () => {
  it('sends one key however often it sends the request, and another for another call', async () => {
    const { time, sent, send } = shop([cut, status(503), status(201), status(201)])
    expect((await time.outlast(send(URL_OF, post()))).status).toBe(201)
    expect((await time.outlast(send(URL_OF, post()))).status).toBe(201)
    const keys = sent.map(({ key }) => key)
    expect(keys[0]).toMatch(/^"[\da-f-]{36}"$/)
    expect(new Set(keys.slice(0, 3)).size).toBe(1)
    expect(new Set(keys).size).toBe(2)
    expect(new Set(sent.map(({ body }) => body))).toEqual(new Set(['{"n":1}']))
  })

  it('sends the key that it is given, by a function or in the headers', async () => {
    const { time, sent, send } = shop([status(201), status(201)], { key: (input) => `of ${input}` })
    await time.outlast(send(URL_OF, post()))
    await time.outlast(send(URL_OF, { ...post(), headers: { 'idempotency-key': 'own' } }))
    expect(sent.map(({ key }) => key)).toEqual([`"of ${URL_OF}"`, 'own'])
  })

  it('keeps the key that a request has, and adds one to a request that has none', async () => {
    const { time, sent, send } = shop([cut, status(201), cut, status(201)], { key: () => 'new' })
    await time.outlast(send(new Request(URL_OF, { ...post(), headers: { 'Idempotency-Key': '"own"' } })))
    await time.outlast(send(new Request(URL_OF, post())))
    expect(sent.map(({ key }) => key)).toEqual(['"own"', '"own"', '"new"', '"new"'])
  })

  it.each(['GET', 'PUT', 'DELETE', 'HEAD'])(
    'adds no key to %s, and repeats it all the same',
    async (method) => {
      const { time, sent, send } = shop([cut, status(200)])
      expect((await time.outlast(send(URL_OF, { method }))).status).toBe(200)
      expect(sent.map(({ key }) => key)).toEqual([null, null])
    },
  )

  it.each([200, 201, 303, 400, 401, 403, 404, 409, 410, 422])('takes a %d for the answer', async (code) => {
    const { time, sent, send } = shop([status(code)])
    expect((await time.outlast(send(URL_OF, post()))).status).toBe(code)
    expect(sent).toHaveLength(1)
  })

  it('never repeats a 422, whatever it asks', async () => {
    const { time, sent, send } = shop([status(422, { 'Retry-After': '1' })])
    expect((await time.outlast(send(URL_OF, post()))).status).toBe(422)
    expect(sent).toHaveLength(1)
  })

  it.each([429, 500, 502, 503, 504])('repeats after a %d', async (code) => {
    const { time, sent, send } = shop([status(code), status(201)])
    expect((await time.outlast(send(URL_OF, post()))).status).toBe(201)
    expect(sent).toHaveLength(2)
  })

  it('repeats after a 409 when the server says, and not before', async () => {
    const { time, sent, send } = shop([status(409, { 'Retry-After': '7' }), status(201)])
    const answered = watched(send(URL_OF, post()))
    await time.advance(6_999)
    expect(sent).toHaveLength(1)
    await time.advance(1)
    expect(answered.value?.status).toBe(201)
  })

  it('pauses longer each time, up to 10 s, and gives the last answer when no retries are left', async () => {
    const { time, sent, send } = shop([cut, ...Array.from({ length: 7 }, () => status(503))], {
      retries: 7,
      backoff: 500,
    })
    expect((await time.outlast(send(URL_OF, post()))).status).toBe(503)
    const pauses = sent.slice(1).map(({ at }, before) => at - (sent[before]?.at as number))
    expect(pauses).toEqual([500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000])
  })

  it('spreads its pauses over half of their length', async () => {
    const calm = new VirtualRuntime()
    const time = Object.assign(calm, { random: () => 0 })
    const { send, sent } = shop([cut, status(201)], { runtime: time, backoff: 500 })
    const answered = watched(send(URL_OF, post()))
    await time.advance(249)
    expect(sent).toHaveLength(1)
    await time.advance(1)
    expect(answered.value?.status).toBe(201)
  })

  it('rejects with the last failure of the network', async () => {
    const last = new TypeError('still no network')
    const { time, send } = shop([cut, last], { retries: 1 })
    await expect(time.outlast(send(URL_OF, post()))).rejects.toBe(last)
  })

  it('gives the answer that asks for more patience than it has', async () => {
    const { time, sent, send } = shop([status(503, { 'Retry-After': '61' })])
    expect((await time.outlast(send(URL_OF, post()))).status).toBe(503)
    expect(sent).toHaveLength(1)
  })

  it('gives the answer it has when the deadline comes before the next', async () => {
    const { time, sent, send } = shop([status(503, { 'Retry-After': '5' })], { deadline: '5s' })
    expect((await time.outlast(send(URL_OF, post()))).status).toBe(503)
    expect(sent).toHaveLength(1)
  })

  it('rejects at the deadline when there is no answer', async () => {
    const { time, sent, send } = shop([hanging], { deadline: '5s' })
    const answered = watched(send(URL_OF, post()))
    await time.advance(4_999)
    expect(answered.state).toBe('pending')
    await time.advance(1)
    expect(answered.error).toMatchObject({ name: 'TimeoutError' })
    expect(sent).toHaveLength(1)
  })

  it('has no timer left when it has an answer', async () => {
    const { time, send } = shop([cut, status(201)])
    await time.outlast(send(URL_OF, post()))
    expect(time.timers).toBe(0)
  })

  it.each([
    ['while a request is under way', hanging],
    ['between two requests', status(503, { 'Retry-After': '30' })],
  ])('lets the caller leave %s', async (_, step) => {
    const caller = new AbortController()
    const { time, sent, send } = shop([step])
    const answered = watched(send(URL_OF, { ...post(), signal: caller.signal }))
    await time.advance(1_000)
    const reason = new Error('changed my mind')
    caller.abort(reason)
    await time.settle()
    expect(answered.error).toBe(reason)
    expect(sent).toHaveLength(1)
    expect(time.timers).toBe(0)
  })

  it.each([
    ['a text', () => 'n=1'],
    ['bytes', () => new TextEncoder().encode('n=1')],
    ['a buffer', () => new TextEncoder().encode('n=1').buffer as ArrayBuffer],
    ['a blob', () => new Blob(['n=1'])],
    ['a form', () => new URLSearchParams({ n: '1' })],
  ])('sends %s twice', async (_, body) => {
    const { sent, send } = shop([cut, status(201)], real)
    await send(URL_OF, post(body()))
    expect(sent.map((each) => each.body)).toEqual(['n=1', 'n=1'])
  })

  it('sends the body of a request twice', async () => {
    const { time, sent, send } = shop([cut, status(201)])
    await time.outlast(send(new Request(URL_OF, post('n=1'))))
    expect(sent.map((each) => each.body)).toEqual(['n=1', 'n=1'])
    expect(sent[0]?.key).toBe(sent[1]?.key)
  })

  it('never repeats a body that is a stream', async () => {
    const stream = (): RequestInit => ({ ...post(new Blob(['n=1']).stream()), duplex: 'half' })
    const { sent, send } = shop([cut], real)
    await expect(send(URL_OF, stream())).rejects.toBe(cut)
    const down = shop([status(503)], real)
    expect((await down.send(URL_OF, stream())).status).toBe(503)
    expect([sent[0]?.body, down.sent.length]).toEqual(['n=1', 1])
  })

  it('lets go of answers that it does not give', async () => {
    let isLeft = false
    const body = new ReadableStream({
      cancel() {
        isLeft = true
      },
    })
    const { time, send } = shop([new Response(body, { status: 503 }), status(201)])
    await time.outlast(send(URL_OF, post()))
    expect(isLeft).toBe(true)
  })

  it('refuses what fetch refuses, at once', async () => {
    const { sent, send } = shop([])
    await expect(send('no url')).rejects.toThrow(TypeError)
    expect(sent).toEqual([])
  })
})

describe('isReplayed', () => {
  it('tells a replay from a first answer', () => {
    expect(isReplayed(status(200, { 'Idempotency-Replayed': 'true' }))).toBe(true)
    expect(isReplayed(status(200))).toBe(false)
  })
})
