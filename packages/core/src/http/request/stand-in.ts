import type { AttemptContext } from '../../options/options'

/**
 * By this name the stand-ins of `@hono/node-server` give the request that they stand for, also to `new Request(standIn)`.
 * Where nothing has the name, nothing here applies.
 */
const REAL = 'getRequestCache'

/** Whose signal the request has. It is not asked for before the handler does: to make one takes longer than the request. */
type Signalled = Pick<AttemptContext, 'signal'>

type StandIn = new (of: Request, body: Uint8Array<ArrayBuffer>, attempt: Signalled | undefined) => Request

const utf8 = new TextDecoder()

const standIns = new WeakMap<object, StandIn | undefined>()

/**
 * The request with a body that was read already, and with the signal of an attempt if one is given, as a server for Node.js hands it
 * over that puts a stand-in before each request: there a real one costs more than all else that is done with it, and few
 * handlers need it. It is made when it is asked for. `undefined` if the request is none of these.
 */
export function standInFor<Req extends Request>(
  request: Req,
  body: Uint8Array<ArrayBuffer>,
  attempt: Signalled | undefined,
): Req | undefined {
  const prototype: object = Object.getPrototypeOf(request)
  if (!standIns.has(prototype)) standIns.set(prototype, standInLike(prototype))
  const StandIn = standIns.get(prototype)
  return StandIn && (new StandIn(request, body, attempt) as Req)
}

function standInLike(prototype: object): StandIn | undefined {
  const real = Object.getOwnPropertySymbols(prototype).find(({ description }) => description === REAL)
  if (real === undefined) return undefined
  function Server(): void {}
  Server.prototype = prototype

  // What is not here the prototype takes from the real request.
  class OfServer extends (Server as unknown as new () => object) {
    readonly #of: Request
    readonly #bytes: Uint8Array<ArrayBuffer>
    readonly #attempt: Signalled | undefined
    #wasRead = false
    #real: Request | undefined

    constructor(of: Request, body: Uint8Array<ArrayBuffer>, attempt: Signalled | undefined) {
      super()
      this.#of = of
      this.#bytes = body
      this.#attempt = attempt
    }

    get method(): string {
      return this.#of.method
    }

    get url(): string {
      return this.#of.url
    }

    get headers(): Headers {
      return this.#of.headers
    }

    get signal(): AbortSignal {
      return (this.#attempt ?? this.#of).signal
    }

    get body(): Request['body'] {
      return this.#request().body
    }

    get bodyUsed(): boolean {
      return this.#real?.bodyUsed ?? this.#wasRead
    }

    async arrayBuffer(): Promise<ArrayBuffer> {
      return this.#real?.arrayBuffer() ?? this.#take().slice().buffer
    }

    async bytes(): Promise<Uint8Array<ArrayBuffer>> {
      return new Uint8Array(await this.arrayBuffer())
    }

    async text(): Promise<string> {
      return this.#real?.text() ?? utf8.decode(this.#take())
    }

    async json(): Promise<unknown> {
      return JSON.parse(await this.text())
    }

    async blob(): Promise<Blob> {
      return this.#request().blob()
    }

    async formData(): Promise<FormData> {
      return this.#request().formData()
    }

    clone(): Request {
      return this.#request().clone()
    }

    #take(): Uint8Array<ArrayBuffer> {
      if (this.#wasRead) throw new TypeError('Body is unusable: Body has already been read')
      this.#wasRead = true
      return this.#bytes
    }

    #request(): Request {
      if (this.#real === undefined) {
        const Real = this.#of.constructor as typeof Request
        this.#real = new Real(this.#of, { body: this.#bytes, signal: this.signal })
        // What was read here cannot be read there.
        if (this.#wasRead) void this.#real.arrayBuffer()
      }
      return this.#real
    }

    static {
      Object.defineProperty(OfServer.prototype, real as symbol, {
        value: function (this: OfServer) {
          return this.#request()
        },
      })
      // Whoever makes a request like this one makes one of the server's.
      Object.defineProperty(OfServer.prototype, 'constructor', {
        value: Reflect.get(prototype, 'constructor'),
      })
    }
  }
  return OfServer as unknown as StandIn
}
