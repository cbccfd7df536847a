import type { Context } from 'hono'
import { answer } from '../http/answer'
import type { Route } from '../http/route'
import type { ServiceEnv } from '../http/service-env'
import { type PageFile, pageFiles } from './page-files'

/** What the page tells of the service that it belongs to. */
export interface About {
  readonly store: string
  readonly processes: number
  /** How long a payment whose process is silent still counts as running. */
  readonly leaseMs: number
}

/** The page talks to this service and to nobody else, runs no script but its own, and is shown in no other page. */
const POLICY =
  "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"

/** One page that shows money not being taken twice: plain files, and what they need to know of the service. */
export function pageRoutes({ store, processes, leaseMs }: About): Route[] {
  const files = pageFiles()
  return [
    {
      method: 'GET',
      path: '/',
      does: 'the page: open it in a browser, and see all of this happen',
      handle: (c) => sent(c, files.get('index.html')),
    },
    {
      method: 'GET',
      path: '/page/about',
      does: 'what the page tells of this service',
      isPartOfPage: true,
      handle: (c) => {
        const message = `Records are kept in ${store}`
        return answer(c, 200, { status: 'SUCCESS', message, store, processes, lease_ms: leaseMs })
      },
    },
    {
      method: 'GET',
      path: '/page/:file{.+}',
      does: 'the files of the page',
      isPartOfPage: true,
      handle: (c) => sent(c, files.get(c.req.param('file') ?? '')),
    },
  ]
}

function sent(c: Context<ServiceEnv>, file: PageFile | undefined): Response {
  if (file === undefined) {
    return answer(c, 404, { status: 'ERROR', message: `There is no ${c.req.path} here` })
  }
  // None is left open that a payment could come on, and be sent again by the browser itself: see own-connection.ts.
  c.header('Connection', 'close')
  c.header('ETag', file.etag)
  // Kept by the browser, and asked for each time: the service may be a newer one.
  c.header('Cache-Control', 'no-cache')
  c.header('Content-Security-Policy', POLICY)
  c.header('X-Content-Type-Options', 'nosniff')
  c.header('Referrer-Policy', 'no-referrer')
  if (c.req.header('If-None-Match') === file.etag) return c.body(null, 304)
  c.header('Content-Type', file.type)
  return c.body(file.text)
}
