import type { AttemptContext } from '../options/options'
import { mediaType } from './fingerprint/media-type'
import type { HttpOptions } from './options'
import { Protection } from './protection'
import { WebBody } from './request/web-body'
import { toResponse } from './response/answer'
import { WebReply } from './response/web-reply'

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
  const { maxBodyBytes } = protection.settings

  return async (request, ...rest) => {
    const { method, headers } = request
    const { pathname, search } = new URL(request.url)
    const body = new WebBody(request.body)
    const exchange = {
      // Functions among the options may read the body as well: they get one of their own.
      get source() {
        return body.whole === undefined ? request : withBody(request, body)
      },
      method,
      target: pathname + search,
      header: (name: string) => headers.get(name) ?? undefined,
      body: (limit: number) => body.read(limit, mediaType(headers.get('content-type') ?? '').boundary),
    }
    return new Promise<Response>((resolve, reject) => {
      let reply: WebReply | undefined
      const answered = protection.handle(exchange, async (ctx, isProtected) => {
        const given = isProtected
          ? withBody(request, body, ctx.signal)
          : body.wasRead
            ? withBody(request, body)
            : request
        const response = await handler(Object.assign(given, { idempotency: ctx }), ...rest)
        if (!isProtected) {
          resolve(response)
          return undefined
        }
        reply = new WebReply(response, maxBodyBytes)
        if (!(await reply.isThereAtOnce())) resolve(reply.stream())
        return reply.captured()
      })
      answered.then(
        (instead) => {
          if (reply?.isStreamed && instead !== undefined)
            reply.fail(new Error('this attempt has lost its record'))
          else if (instead !== undefined) resolve(toResponse(instead))
          else resolve(reply?.release() as Response)
        },
        (error) => {
          reply?.fail(error)
          reject(error)
        },
      )
    })
  }
}

/** The same request, with the body as it can still be read, and with another signal if one is given. */
function withBody<Req extends Request>(request: Req, body: WebBody, signal?: AbortSignal): Req {
  // Frameworks have requests of their own, and handlers ask for what those can do.
  const Same = request.constructor as new (input: Request, init?: object) => Req
  return new Same(request, {
    ...(body.wasRead && { body: body.toBody(), duplex: 'half' }),
    ...(signal && { signal }),
  })
}
