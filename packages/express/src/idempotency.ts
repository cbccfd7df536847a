import type { AttemptContext } from '@idem/core'
import {
  type Answer,
  type CapturedAnswer,
  type Exchange,
  type HttpOptions,
  Protection,
  protectedOnce,
  type RequestBody,
} from '@idem/core/http'
import type { Request, RequestHandler } from 'express'
import { HeldConnection } from './held-connection'
import { IncomingBody } from './incoming-body'
import { RecordedReply } from './recorded-reply'
import { sendAnswer } from './send-answer'

declare global {
  namespace Express {
    interface Request {
      /**
       * The attempt that this request is, behind `idempotency()`; where it is not protected, one that nothing is kept of
       * (`key` is empty).
       */
      idempotency: AttemptContext
    }
  }
}

/** How requests are protected: see `HttpOptions`. Functions are given Express' request. */
export type IdempotencyOptions = HttpOptions<Request>

/**
 * Answers each idempotent request once, and every repetition with the same answer, however and by whomever that is sent:
 * handlers, other middleware, error handlers. For an app, a router or a route, before or after whatever reads bodies.
 *
 * A client that hangs up stops nothing: to the handler the connection looks as before, until it has answered.
 *
 * @throws TypeError that names the option that is wrong or unknown, and what it takes
 * @example
 * app.post('/payments', idempotency({ idem, scope: (req) => req.user.id }), async (req, res) => {
 *   const payment = await req.idempotency.step('charge', () => charge(req.body))
 *   res.status(201).json(payment)
 * })
 */
export function idempotency(options: IdempotencyOptions): RequestHandler {
  const protection = new Protection<Request>(options)
  return (req, res, next) => {
    protectedOnce(req.idempotency)
    // Who has left before there was anything to record is not answered.
    if (res.destroyed) return
    const connection = new HeldConnection(req, res)
    const body = new IncomingBody(req)
    let reply: RecordedReply | undefined
    const exchange = new ExpressExchange(req, body)
    const attempt = async (
      ctx: AttemptContext,
      isProtected: boolean,
    ): Promise<CapturedAnswer | undefined> => {
      req.idempotency = ctx
      body.handOn()
      if (!isProtected) {
        connection.release()
        next()
        return undefined
      }
      // After what was sent already, nothing of this request can be told by its answer.
      if (res.headersSent) throw new Error('somebody else has answered before the handler could run')
      reply = new RecordedReply(res, protection.settings.maxBodyBytes)
      return reply.captured(connection, next)
    }
    const answered = protection.handle(exchange, attempt)
    /** Whether the connection still is the handler's. */
    const answer = (instead: Answer | undefined): boolean => {
      // A timeout, say, has answered by now.
      if (reply === undefined && res.writableEnded) return false
      if (reply !== undefined && instead !== undefined) return reply.replaceBy(instead, connection)
      if (instead === undefined) reply?.release()
      else sendAnswer(res, instead)
      return false
    }
    answered.then(
      (instead) => {
        body.giveBack()
        let isHeld = false
        try {
          isHeld = answer(instead)
        } catch (error) {
          next(error)
        }
        if (!isHeld) connection.release()
      },
      (error) => {
        body.giveBack()
        connection.release()
        if (reply !== undefined) reply.fail()
        else if (!res.writableEnded) next(error)
      },
    )
  }
}

/** A request as Express has it. */
class ExpressExchange implements Exchange<Request> {
  readonly method: string
  readonly target: string
  readonly #req: Request
  readonly #body: IncomingBody

  constructor(req: Request, body: IncomingBody) {
    this.method = req.method
    this.target = req.originalUrl.replace(AUTHORITY, '').replace(/^(?!\/)/, '/')
    this.#req = req
    this.#body = body
  }

  get source(): Request {
    return this.#body.source
  }

  header(name: string): string | undefined {
    return headerOf(this.#req, name)
  }

  body(limit: number): Promise<RequestBody> {
    return this.#body.read(limit)
  }
}

/** What proxies put in front of a path (RFC 9112, 3.2.2). */
const AUTHORITY = /^https?:\/\/[^/?]*/i

/** Of several lines with these names, among those that count, Node keeps the first; of others it makes one. */
const KEPT_FIRST = ['content-type', 'content-length']

/** A header as middleware has left it; where that has not changed it, all its lines. */
function headerOf({ rawHeaders, headers }: Request, name: string): string | undefined {
  const value = headers[name]?.toString()
  if (value === undefined || !KEPT_FIRST.includes(name)) return value
  const lines = rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === name)
  return value === lines[0] ? lines.join(', ') : value
}
