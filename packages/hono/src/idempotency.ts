import type { AttemptContext } from '@idem/core'
import {
  type Exchange,
  type HttpOptions,
  Protection,
  protectedOnce,
  type RequestBody,
  WebExchange,
  webAnswer,
} from '@idem/core/http'
import type { Context, Env, MiddlewareHandler } from 'hono'

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
    const { req } = c
    const web = new WebExchange(req.raw)
    // Whoever came before may have read the body; then Hono has kept it.
    const wasRead = req.raw.bodyUsed
    let isWhole = false
    let formType: string | undefined
    const exchange: Exchange<Context<E>> = {
      get source() {
        if (isWhole) req.raw = web.request()
        return c as unknown as Context<E>
      },
      method: web.method,
      target: web.target,
      header: (name) => (name === 'content-type' ? formType : undefined) ?? web.header(name),
      async body(limit) {
        if (wasRead) {
          const read = await bodyRead(c)
          formType = 'formType' in read ? read.formType : undefined
          return read
        }
        const body = await web.body(limit)
        isWhole = 'bytes' in body && body.rest === undefined
        return body
      },
    }
    let isOwn = false
    const response = await webAnswer(protection, exchange, async (ctx, isProtected) => {
      isOwn = true
      if (isProtected && !wasRead) req.raw = web.request(ctx)
      c.set('idempotency', ctx)
      await next()
      return c.res
    })
    if (isOwn && response === c.res) return
    // Hono adds the headers of what was there: those of outer middleware are wanted, those of the handler are there already.
    if (isOwn) c.res = undefined
    c.res = response
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
