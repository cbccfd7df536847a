import { describe, expect, it } from 'vitest'
import { type HttpOptions, type Idempotent, idempotent } from '../../src/http/index'
import { Idem } from '../../src/idem'
import { MemoryStore } from '../../src/memory/memory-store'
import { hangs, rejects } from '../support/faulty-store'
import { gate } from '../support/gate'
import { scene } from '../support/scene'

type Handler = (request: Request & Idempotent) => Response | Promise<Response>

const fresh = () => new Idem({ store: new MemoryStore() })
const order = (init: RequestInit = {}): Request => {
  const headers = { 'Idempotency-Key': '"a"', 'Content-Type': 'application/json', ...init.headers }
  return new Request('http://shop.test/orders', { method: 'POST', body: '{"n":1}', ...init, headers })
}
const problemOf = async (response: Response) => [
  response.status,
  ((await response.json()) as { type: string }).type,
]

/** A stream that goes on when the gates open. */
function streamed(...parts: readonly (string | Promise<void>)[]): ReadableStream<Uint8Array> {
  const left = [...parts]
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    const part = left.shift()
    if (part === undefined) controller.close()
    else if (typeof part === 'string') controller.enqueue(new TextEncoder().encode(part))
    else {
      await part
      await pull(controller)
    }
  }
  return new ReadableStream({ pull })
}

describe('a protected handler', () => {
  it('gets the request as it was, with its body, and whatever else its framework hands it', async () => {
    class ShopRequest extends Request {
      get shop(): string {
        return new URL(this.url).host
      }
    }
    const handler = idempotent(
      async (request: ShopRequest & Idempotent, place: { readonly id: string }, more: number) =>
        Response.json([
          request.shop,
          await request.json(),
          request.headers.get('x-own'),
          request.idempotency.attempt,
          place.id,
          more,
        ]),
      { idem: fresh(), scope: (request) => request.shop },
    )
    const request = new ShopRequest(order({ headers: { 'x-own': 'yes' } }))
    const response = await handler(request, { id: 'i' }, 7)
    expect(await response.json()).toEqual(['shop.test', { n: 1 }, 'yes', 1, 'i', 7])
  })

  it('gets the request with what others have put on it, and so do the functions among the options', async () => {
    class OwnRequest extends Request {
      user = 'anonymous'
    }
    for (const Kind of [Request, OwnRequest]) {
      const handler = idempotent(
        async (request: Request & Idempotent & { user?: string; params?: object }) => {
          return Response.json([request.user, request.params, await request.text()])
        },
        { idem: fresh(), scope: ({ user = 'anonymous' }) => user },
      )
      for (const user of ['ann', 'bob']) {
        const asked = Object.assign(new Kind(order()), { user, params: { id: '1' } })
        const response = await handler(asked)
        expect(response.headers.get('idempotency-replayed')).toBeNull()
        expect(await response.json()).toEqual([user, { id: '1' }, '{"n":1}'])
      }
    }
  })

  it('gets a request though no other can be made of its class', async () => {
    class ServerRequest extends Request {
      constructor(readonly from: { readonly url: string; readonly init: RequestInit }) {
        super(from.url, from.init)
      }
    }
    const init: RequestInit = { method: 'POST', body: 'text', headers: { 'Idempotency-Key': 'a' } }
    const real = () => new Request('http://shop.test/orders', init)
    const proxy = new Proxy(real(), {
      get(of, name) {
        const value: unknown = Reflect.get(of, name, of)
        return typeof value === 'function' ? value.bind(of) : value
      },
    })
    for (const request of [new ServerRequest({ url: 'http://shop.test/orders', init }), proxy]) {
      const handler = idempotent(
        ({ method, url, headers }) => new Response(`${method} ${url} ${headers.get('idempotency-key')}`),
        { idem: fresh(), scope: 'public', fingerprint: (request) => request.text() },
      )
      expect(await (await handler(request)).text()).toBe('POST http://shop.test/orders a')
    }
  })

  it('is refused inside another, and nothing runs', async () => {
    const options: HttpOptions<Request> = { idem: fresh(), scope: 'public' }
    let runs = 0
    const inner: (request: Request) => Promise<Response> = idempotent(
      () => Response.json({ run: ++runs }),
      options,
    )
    const handler = idempotent(inner, options)
    for (let sent = 1; sent <= 2; sent++) {
      await expect(handler(order())).rejects.toThrow(
        new TypeError(
          'this request is protected twice on the way, by the app and by a route, say: take one of them away',
        ),
      )
    }
    expect(runs).toBe(0)
    // Of a request that the outer one does not protect, the inner one has the say.
    const outer = idempotent(inner, { ...options, key: () => undefined, required: false })
    expect(await (await outer(order())).json()).toEqual({ run: 1 })
  })

  it('is not told when the client leaves: its signal is that of the attempt', async () => {
    const client = new AbortController()
    const { promise, open } = gate()
    const signals: boolean[] = []
    const handler = idempotent(
      async (request) => {
        await promise
        signals.push(request.signal.aborted, request.idempotency.signal.aborted)
        return new Response('done')
      },
      { idem: fresh(), scope: 'public' },
    )
    const answered = handler(order({ signal: client.signal }))
    client.abort()
    open()
    expect(await (await answered).text()).toBe('done')
    expect(signals).toEqual([false, false])
  })

  it('throws in the call that ran it, whatever it throws', async () => {
    const thrown = Object.assign(new Error('nested'), { code: 'STORE' })
    const handler = idempotent(() => Promise.reject(thrown), { idem: fresh(), scope: 'public' })
    await expect(handler(order())).rejects.toBe(thrown)
  })

  it('must answer with a response', async () => {
    const handler = idempotent((() => 'text') as unknown as Handler, { idem: fresh(), scope: 'public' })
    await expect(handler(order())).rejects.toThrow()
    const texts = new ReadableStream<never>({
      start(controller) {
        controller.enqueue('text' as never)
        controller.close()
      },
    })
    const bytes = idempotent(() => new Response(texts), { idem: fresh(), scope: 'public' })
    await expect(bytes(order())).rejects.toThrow(TypeError)
  })

  it('has its answer sent whole where it is there at once', async () => {
    const handler = idempotent(() => Response.json({ a: 1 }, { status: 201, statusText: 'Made' }), {
      idem: fresh(),
      scope: 'public',
    })
    const response = await handler(order())
    expect([response.status, response.statusText, await response.json()]).toEqual([201, 'Made', { a: 1 }])
  })
})

describe('a record that holds no answer', () => {
  it('is not taken for one', async () => {
    const idem = fresh()
    await idem.run('a', () => ({ paid: true }), { name: 'http' })
    const handler = idempotent(() => new Response('no'), { idem, scope: 'public', fingerprint: () => 'same' })
    await expect(handler(order())).rejects.toThrow('holds no answer')
  })

  it('is told as a failure where an errorCodec of the user has left the answer out', async () => {
    const idem = new Idem({
      store: new MemoryStore(),
      maxAttempts: 1,
      errorCodec: { encode: () => ({ name: 'Secret', message: 'hidden' }) },
    })
    const handler = idempotent(() => new Response('down', { status: 503 }), { idem, scope: 'public' })
    expect(await (await handler(order())).text()).toBe('down')
    expect(await problemOf(await handler(order()))).toEqual([500, 'urn:idem:problem:attempt-failed'])
  })

  it('is thrown as the error that an errorCodec of the user makes of it', async () => {
    class Declined extends Error {}
    const errorCodec = { decode: () => new Declined('no money') }
    const idem = new Idem({ store: new MemoryStore(), maxAttempts: 1, errorCodec })
    const handler = idempotent(() => Promise.reject(new Error('declined')), { idem, scope: 'public' })
    await expect(handler(order())).rejects.toThrow('declined')
    await expect(handler(order())).rejects.toThrow(Declined)
  })
})

/** Two processes on one store; the first holds the record, and its lease runs out. */
function twoProcesses(options: Partial<HttpOptions<Request>> = {}) {
  const { time, process } = scene()
  const [first, second] = [process(), process()]
  const protect = ({ idem }: { readonly idem: Idem }, handler: Handler) =>
    idempotent(handler, { idem, scope: 'public', ...options })
  const lapse = async () => {
    // The first process is stopped: no heartbeat of its arrives.
    first.store.always('extend', hangs)
    await time.advance(31_000)
  }
  return { time, first, second, protect, lapse }
}

const started = async (runs: readonly unknown[]): Promise<void> => {
  while (runs.length === 0) await new Promise((resolve) => setImmediate(resolve))
}

describe('an attempt that has lost its record', () => {
  it("answers with the winner's answer", async () => {
    const { first, second, protect, lapse } = twoProcesses()
    const { promise, open } = gate()
    const runs: string[] = []
    const late = protect(first, async () => {
      runs.push('late')
      await promise
      return new Response('late')
    })(order())
    await started(runs)
    await lapse()
    const winner = await protect(second, () => new Response('winner'))(order())
    expect(await winner.text()).toBe('winner')
    open()
    const response = await late
    expect(await response.text()).toBe('winner')
    expect(response.headers.get('idempotency-replayed')).toBe('true')
  })

  it('breaks off what it has begun to send', async () => {
    const { first, second, protect, lapse } = twoProcesses()
    const { promise, open } = gate()
    const late = await protect(first, () => new Response(streamed('one ', promise, 'two')))(order())
    const reader = (late.body as ReadableStream<Uint8Array>).getReader()
    await reader.read()
    await lapse()
    await (await protect(second, () => new Response('winner'))(order())).text()
    open()
    await expect(reader.read().then(() => reader.read())).rejects.toThrow('lost its record')
  })

  it('says that nobody knows, where nobody has an answer', async () => {
    const { first, second, protect, lapse } = twoProcesses({ onAbandoned: 'reject' })
    const { promise, open } = gate()
    const runs: string[] = []
    const late = protect(first, async () => {
      runs.push('late')
      await promise
      return new Response('late')
    })(order())
    await started(runs)
    await lapse()
    const refused = await protect(second, () => new Response('winner'))(order())
    expect(refused.headers.get('retry-after')).toBeNull()
    expect(await problemOf(refused)).toEqual([409, 'urn:idem:problem:outcome-unknown'])
    await second.idem.forget('a', { name: 'http' })
    open()
    expect(await problemOf(await late)).toEqual([409, 'urn:idem:problem:outcome-unknown'])
  })

  it('is looked into by who knows how: what that finds is the answer', async () => {
    const found = new Response('found', { status: 201, headers: { 'x-own': 'yes' } })
    const { first, second, protect, lapse } = twoProcesses({ onAbandoned: () => ({ value: found }) })
    const runs: string[] = []
    protect(first, () => {
      runs.push('lost')
      return new Promise(() => {})
    })(order()).catch(() => {})
    await started(runs)
    await lapse()
    const handler = protect(second, () => new Response('again'))
    for (let times = 0; times < 2; times++) {
      const response = await handler(order())
      expect([response.status, await response.text(), response.headers.get('x-own')]).toEqual([
        201,
        'found',
        'yes',
      ])
    }
  })

  it('is looked into by who finds more than is kept: that it was processed is the answer', async () => {
    const found = new Response('found, and far too much of it', { status: 201 })
    const onAbandoned = () => ({ value: found })
    const { first, second, protect, lapse } = twoProcesses({ onAbandoned, maxBodyBytes: 10 })
    const runs: string[] = []
    protect(first, () => {
      runs.push('lost')
      return new Promise(() => {})
    })(order()).catch(() => {})
    await started(runs)
    await lapse()
    const handler = protect(second, () => new Response('again'))
    expect(await problemOf(await handler(order()))).toEqual([410, 'urn:idem:problem:answer-omitted'])
  })

  it('is run again where that finds nothing', async () => {
    const { first, second, protect, lapse } = twoProcesses({ onAbandoned: () => 'rerun' })
    const runs: string[] = []
    protect(first, () => {
      runs.push('lost')
      return new Promise(() => {})
    })(order()).catch(() => {})
    await started(runs)
    await lapse()
    expect(await (await protect(second, () => new Response('again'))(order())).text()).toBe('again')
  })
})

describe('a stream for which nobody waits any longer', () => {
  const options = { scope: 'public', maxRunTime: '10s', maxBodyBytes: 10, onAbandoned: 'reject' } as const

  it.each([
    ['had begun', false],
    ['begins', true],
  ])(
    'is broken off where it %s when the time of its attempt is over, and is too large to be kept',
    async (_, isLate) => {
      const { time, process } = scene()
      const { idem } = process()
      const { promise, open } = gate()
      const runs: string[] = []
      const broken: unknown[] = []
      const handler = idempotent(
        async () => {
          runs.push('ran')
          if (isLate) await promise
          return new Response(
            new ReadableStream<Uint8Array>({
              pull: (controller) => controller.enqueue(new Uint8Array(100)),
              cancel: (reason) => void broken.push(reason),
            }),
          )
        },
        { idem, ...options },
      )
      const answered = handler(order())
      await started(runs)
      if (!isLate) await answered
      await time.advance(11_000)
      open()
      await started(broken)
      const response = await answered
      if (isLate) expect(response.status).toBe(409)
      else await expect(response.text()).rejects.toThrow('lost its record')
      expect(String(broken)).toContain('lost its record')
      // Nobody knows how it ended: it is not for the stream to say that it failed.
      expect(await problemOf(await handler(order()))).toEqual([409, 'urn:idem:problem:outcome-unknown'])
      expect(runs).toHaveLength(1)
    },
  )

  it('is broken off where it gives no bytes', async () => {
    const broken: unknown[] = []
    const texts = new ReadableStream<never>({
      pull: (controller) => controller.enqueue('text' as never),
      cancel: (reason) => void broken.push(reason),
    })
    const handler = idempotent(() => new Response(texts), { idem: fresh(), scope: 'public' })
    await expect(handler(order())).rejects.toThrow(TypeError)
    expect(String(broken)).toContain('must give bytes')
  })
})

describe('a request that shares the attempt of another in its process', () => {
  it('gets the answer even if the store could not be told', async () => {
    const { time, process } = scene()
    const { idem, store } = process()
    const { promise, open } = gate()
    const runs: string[] = []
    const handler = idempotent(
      async () => {
        runs.push('ran')
        await promise
        return new Response('done', { headers: { 'set-cookie': 'a=1' } })
      },
      { idem, scope: 'public' },
    )
    const first = handler(order())
    await started(runs)
    store.always('complete', rejects)
    const second = handler(order({ headers: { Prefer: 'wait=20' } }))
    await new Promise((resolve) => setImmediate(resolve))
    open()
    const [own, shared] = await time.outlast(Promise.all([first, second]))
    expect([
      await own.text(),
      own.headers.get('set-cookie'),
      own.headers.get('idempotency-replayed'),
    ]).toEqual(['done', 'a=1', null])
    expect([await shared.text(), shared.headers.get('set-cookie')]).toEqual(['done', null])
    expect(shared.headers.get('idempotency-replayed')).toBe('true')
    expect(runs).toHaveLength(1)
  })
})

describe('a client', () => {
  it('is not left waiting by a handler that answers with what nobody can send', async () => {
    let runs = 0
    const handler = idempotent(() => (++runs === 1 ? Response.error() : new Response('done')), {
      idem: fresh(),
      scope: 'public',
    })
    await expect(handler(order())).rejects.toThrow('a handler cannot answer with status 0')
    expect(await (await handler(order())).text()).toBe('done')
  })

  it('is not left waiting by a record that is no answer which could be sent', async () => {
    const idem = fresh()
    await idem.run('a', () => ({ status: 42, headers: [], text: '' }), { name: 'http' })
    await expect(idempotent(() => new Response('done'), { idem, scope: 'public' })(order())).rejects.toThrow(
      RangeError,
    )
  })

  it('that sends no key may do the same again after a while, whatever tombstones the Idem leaves', async () => {
    const { time, process } = scene()
    const { idem } = process({ tombstone: '30d' })
    let runs = 0
    const handler = idempotent(() => new Response(`${++runs}`), {
      idem,
      scope: 'public',
      fingerprint: 'only',
    })
    const texts: string[] = []
    for (const pause of [0, 59_000, 2_000]) {
      await time.advance(pause)
      texts.push(await (await time.outlast(handler(order()))).text())
    }
    expect(texts).toEqual(['1', '1', '2'])
  })
})
