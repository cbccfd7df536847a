import type { AttemptContext } from '../options/options'
import type { Exchange } from './exchange'
import type { Protection } from './protection'
import { toResponse } from './response/answer'
import { WebReply } from './response/web-reply'

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
): Promise<Response> {
  return new Promise((resolve, reject) => {
    let reply: WebReply | undefined
    const answered = protection.handle(exchange, async (ctx, isProtected) => {
      const response = await run(ctx, isProtected)
      if (!isProtected) {
        resolve(response)
        return undefined
      }
      reply = new WebReply(response, protection.settings.maxBodyBytes)
      if (!(await reply.isThereAtOnce())) resolve(reply.stream())
      return reply.captured()
    })
    answered
      .then(
        (instead) => {
          if (instead === undefined) resolve(reply?.release() as Response)
          else if (reply?.isStreamed) reply.fail(new Error('this attempt has lost its record'))
          else resolve(toResponse(instead))
        },
        (error) => {
          reply?.fail(error)
          reject(error)
        },
      )
      // What a store gave back may be no answer that can be made here.
      .catch(reject)
  })
}
