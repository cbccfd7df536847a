import type { AttemptContext } from '@idem/core'
import {
  type Exchange,
  type HttpOptions,
  type Idempotent,
  Protection,
  protectedOnce,
  type RequestBody,
  WebExchange,
  webAnswer,
} from '@idem/core/http'
import type { Context, Env, MiddlewareHandler } from 'hono'
import { HeadersBefore } from './outer-headers'

/** What the middleware adds to a context: `c.get('idempotency')`, also written `c.var.idempotency`. */
export interface IdempotencyEnv {
  Variables: {
    /** The attempt that this request is; where it is not protected, one that nothing is kept of (`key` is empty). */
    idempotency: AttemptContext
  }
}

/** How requests are protected: see `HttpOptions`. Functions are given Hono's context. */
export type IdempotencyOptions<E extends Env = Env> = HttpOptions<Context<E>>

/**
 * Answers each idempotent request once, and every repetition with the same answer, whether that comes from a handler, from
 * `notFound` or from `onError`. For an app, a router or a route, before or after whatever reads bodies.
 *
 * @throws TypeError that names the option that is wrong or unknown, and what it takes
 * @example
 * app.post('/payments', idempotency<AppEnv>({ idem, scope: (c) => c.get('user').id }), async (c) => {
 *   const payment = await c.get('idempotency').step('charge', () => charge(order))
 *   return c.json(payment, 201)
 * })
 */
export function idempotency<E extends Env = Env>(
  options: IdempotencyOptions<E>,
): MiddlewareHandler<IdempotencyEnv> {
  const protection = new Protection<Context<E>>(options)
  return async (c, next) => {
    protectedOnce(c.get('idempotency'))
    // By another app, which has handed its request on.
    protectedOnce((c.req.raw as Partial<Idempotent>).idempotency)
    const exchange = new HonoExchange(c as unknown as Context<E>)
    const outer = new HeadersBefore(c)
    let isOwn = false
    let isAnswered = false
    const run = async (ctx: AttemptContext, isProtected: boolean) => {
      isOwn = true
      exchange.giveBack(isProtected ? ctx : undefined)
      if (isProtected) outer.note()
      c.set('idempotency', ctx)
      await next()
      // For Hono the first answer of a context is its only one: that of the handler is dropped, and this one is another's.
      if (isAnswered) throw new Error('the handler has answered after its time (maxRunTime)')
      // Hono makes an answer of nothing for whoever looks, and an error when all have returned.
      if (isProtected && !c.finalized) throw new Error('the handler has given no answer')
      return c.res
    }
    const response = await webAnswer(protection, exchange, run, outer).finally(() => {
      isAnswered = true
    })
    if (isOwn && response === c.res) return
    // Hono would add the headers of what was there: all that are wanted are there already.
    c.res = undefined
    c.res = response
  }
}

/** A request as Hono has it. A class: an object with a getter of its own, made for each request, takes a kilobyte and more. */
class HonoExchange<E extends Env> implements Exchange<Context<E>> {
  readonly method: string
  readonly target: string
  readonly #c: Context<E>
  readonly #web: WebExchange<Request>
  /** Whoever came before may have read the body; then Hono has kept it. */
  readonly #wasRead: boolean
  #isWhole = false
  #formType: string | undefined

  constructor(c: Context<E>) {
    const { raw } = c.req
    this.#c = c
    this.#web = new WebExchange(raw)
    this.#wasRead = raw.bodyUsed
    this.method = this.#web.method
    this.target = this.#web.target
  }

  get source(): Context<E> {
    if (this.#isWhole) this.#c.req.raw = this.#web.request()
    return this.#c
  }

  get wasCutOff(): boolean {
    return this.#web.wasCutOff
  }

  header(name: string): string | undefined {
    return (name === 'content-type' ? this.#formType : undefined) ?? this.#web.header(name)
  }

  async body(limit: number): Promise<RequestBody> {
    if (this.#wasRead) {
      const read = await bodyRead(this.#c)
      this.#formType = 'formType' in read ? read.formType : undefined
      return read
    }
    const body = await this.#web.body(limit)
    this.#isWhole = 'bytes' in body && body.rest === undefined
    return body
  }

  /** Lets the handler read the body, and hear of the end of its attempt, if it is one. */
  giveBack(attempt: AttemptContext | undefined): void {
    const { req } = this.#c
    if (!this.#wasRead) req.raw = this.#web.request(attempt)
    // No other can be made of a request whose body is gone.
    else if (attempt)
      Object.defineProperty(req.raw, 'signal', { get: () => attempt.signal, configurable: true })
    if (attempt) Object.assign(req.raw, { idempotency: attempt })
  }
}

/** A body that was read before, as far as Hono has kept it. */
async function bodyRead({ req }: Context): Promise<RequestBody & { readonly formType?: string | undefined }> {
  const [kept] = Object.keys(req.bodyCache)
  if (kept === undefined) return { parsed: undefined }
  if (kept !== 'formData') return { bytes: new Uint8Array(await req.arrayBuffer()) }
  // A form is written anew, with a boundary of its own.
  const form = new Response(await req.formData())
  const formType = form.headers.get('content-type') ?? undefined
  return { bytes: new Uint8Array(await form.arrayBuffer()), formType }
}
