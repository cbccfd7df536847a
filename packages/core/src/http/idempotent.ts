import type { AttemptContext } from '../options/options'
import type { HttpOptions } from './options'
import { protectedOnce } from './protected-once'
import { Protection } from './protection'
import { webAnswer } from './web-answer'
import { WebExchange } from './web-exchange'

/** A request as a protected handler gets it. */
export interface Idempotent {
  /** The attempt that this request is; where it is not protected, one that nothing is kept of (`key` is empty). */
  readonly idempotency: AttemptContext
}

/**
 * A handler that answers each idempotent request once, and every repetition with the same answer: for Next.js route
 * handlers, Bun, Deno, workers, and whatever else takes a `Request` and gives a `Response`.
 *
 * The handler's `request.signal` is that of the attempt: it does not abort when the client hangs up, for the work goes on.
 *
 * @throws TypeError that names the option that is wrong or unknown, and what it takes
 * @example
 * export const POST = idempotent(async (request) => {
 *   const order = await request.json()
 *   const payment = await request.idempotency.step('charge', () => charge(order))
 *   return Response.json(payment, { status: 201 })
 * }, { idem, scope: (request) => userOf(request) })
 */
export function idempotent<Req extends Request = Request, Rest extends readonly unknown[] = []>(
  handler: (request: Req & Idempotent, ...rest: Rest) => Response | Promise<Response>,
  options: HttpOptions<Req>,
): (request: Req, ...rest: Rest) => Promise<Response> {
  if (typeof handler !== 'function') throw new TypeError('handler must be a function')
  const protection = new Protection<Req>(options)
  return async (request, ...rest) => {
    protectedOnce((request as Partial<Idempotent>).idempotency)
    const exchange = new WebExchange(request)
    return webAnswer(protection, exchange, (ctx, isProtected) => {
      const given = exchange.request(isProtected ? ctx : undefined)
      return handler(Object.assign(given, { idempotency: ctx }), ...rest)
    })
  }
}
