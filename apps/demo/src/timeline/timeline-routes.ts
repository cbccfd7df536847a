import { streamSSE } from 'hono/streaming'
import type { Route } from '../http/route'
import type { Moment } from './moment'
import type { Timeline } from './timeline'

/** How often a connection on which nothing happens is kept from being taken for dead. */
const SIGN_OF_LIFE_MS = 15_000
/** How long a page waits before it listens again after it was cut off. */
const RECONNECT_AFTER_MS = 500

/** What happens in all processes, as it happens: server-sent events, each with one moment. */
export function timelineRoutes(timeline: Timeline, stopping: AbortSignal): Route[] {
  return [
    {
      method: 'GET',
      path: '/timeline',
      does: 'what happens, as it happens (server-sent events)',
      handle: (c) => {
        // A page that was cut off goes on where it was.
        const after = Number(c.req.header('Last-Event-ID') ?? 0) || 0
        return streamSSE(c, async (stream) => {
          const write = (moments: readonly Moment[]) => {
            for (const moment of moments) {
              void stream.writeSSE({ id: String(moment.id), event: 'moment', data: JSON.stringify(moment) })
            }
          }
          // The process that answers may be killed; another one answers soon.
          void stream.write(`retry: ${RECONNECT_AFTER_MS}\n\n`)
          const letGo = timeline.listen(after, write)
          const signs = setInterval(() => void stream.write(': \n\n'), SIGN_OF_LIFE_MS)
          await new Promise<void>((resolve) => {
            stream.onAbort(resolve)
            stopping.addEventListener('abort', () => resolve(), { once: true })
            if (stopping.aborted) resolve()
          })
          clearInterval(signs)
          letGo()
        })
      },
    },
  ]
}
