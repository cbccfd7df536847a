import { once } from 'node:events'
import { streamSSE } from 'hono/streaming'
import type { Route } from '../http/route'
import type { Moment } from './moment'
import type { Timeline } from './timeline'

/** How often a connection on which nothing happens is kept from being taken for dead. */
const SIGN_OF_LIFE_MS = 15_000
/** How long a page waits before it listens again after it was cut off. */
const RECONNECT_AFTER_MS = 500
/** A page that has not read so many is let go, more than are remembered for it: it comes back, and goes on where it was. */
const MOST_UNREAD = 1000

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
          const gone = new AbortController()
          const go = () => gone.abort()
          stream.onAbort(go)
          stopping.addEventListener('abort', go, { signal: gone.signal })
          let unread = 0
          const write = (moments: readonly Moment[]) => {
            unread += moments.length
            if (unread > MOST_UNREAD) return go()
            for (const moment of moments) {
              const data = JSON.stringify(moment)
              void stream.writeSSE({ id: String(moment.id), event: 'moment', data }).then(() => {
                unread -= 1
              })
            }
          }
          // The process that answers may be killed; another one answers soon.
          void stream.write(`retry: ${RECONNECT_AFTER_MS}\n\n`)
          const letGo = timeline.listen(after, write)
          const signs = setInterval(() => void stream.write(': \n\n'), SIGN_OF_LIFE_MS)
          if (!stopping.aborted && !gone.signal.aborted) await once(gone.signal, 'abort')
          go()
          clearInterval(signs)
          letGo()
        })
      },
    },
  ]
}
