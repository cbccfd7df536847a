import type { AttemptContext } from '../options/options'
import type { Exchange } from './exchange'
import type { Protection } from './protection'
import { type CapturedAnswer, type HeaderList, toResponse } from './response/answer'
import { heldAnswer } from './response/held-answer'
import { WebReply } from './response/web-reply'

/** Headers that were prepared, before the handler, for whatever the answer is. */
export interface OuterHeaders {
  /** Those of a handler's answer that are its own: only they are kept. */
  ownOf(headers: HeaderList): HeaderList
  /** Adds them to an answer that is not the handler's. */
  addTo(response: Response): void
}

/**
 * What a client is sent for a request, where handlers give a `Response`: that of `run`, recorded on its way, or what
 * stands in its place. Resolves as soon as it can begin.
 *
 * @throws what `run` throws, and what {@link Protection.handle} throws
 */
export function webAnswer<Source>(
  protection: Protection<Source>,
  exchange: Exchange<Source>,
  run: (ctx: AttemptContext, isProtected: boolean) => Response | Promise<Response>,
  outer?: OuterHeaders,
): Promise<Response> {
  const kept = (answer: CapturedAnswer): CapturedAnswer =>
    outer ? { ...answer, headers: outer.ownOf(answer.headers) } : answer
  return new Promise((resolve, reject) => {
    /** The handler's own, if it can be sent as it is. */
    let own: Response | undefined
    let reply: WebReply | undefined
    let isAnswered = false
    const answered = protection.handle(exchange, async (ctx, isProtected) => {
      const response = await run(ctx, isProtected)
      if (!isProtected) {
        resolve(response)
        return undefined
      }
      const { maxBodyBytes } = protection.settings
      const held = heldAnswer(response, maxBodyBytes)
      if (held !== undefined) {
        own = response
        return kept(held)
      }
      reply = new WebReply(response, maxBodyBytes)
      if (isAnswered) reply.fail(new Error(LOST))
      else if (!(await reply.isThereAtOnce())) resolve(reply.stream())
      return kept(await reply.captured())
    })
    answered.then(
      (instead) => {
        isAnswered = true
        try {
          if (instead === undefined) {
            resolve((own ?? reply?.release()) as Response)
            return
          }
          reply?.fail(new Error(LOST))
          if (reply?.isStreamed) return
          const response = toResponse(instead)
          outer?.addTo(response)
          resolve(response)
        } catch (error) {
          // What a store gave back may be no answer that can be made here.
          reject(error)
        }
      },
      (error) => {
        isAnswered = true
        reply?.fail(error)
        reject(error)
      },
    )
  })
}

const LOST = 'this attempt has lost its record'
