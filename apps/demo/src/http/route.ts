import type { Context, Hono, MiddlewareHandler } from 'hono'
import { answer } from './answer'
import type { ServiceEnv } from './service-env'

/** One line of the table that the service answers from, and prints when it starts. */
export interface Route {
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** The query that it takes, to be shown. */
  readonly query?: string
  readonly does: string
  /** A file of the page, say: not told of in the table, where the page itself is. */
  readonly isPartOfPage?: true
  /** What the request goes through before it is handled. */
  readonly through?: readonly MiddlewareHandler[]
  readonly handle: (c: Context<ServiceEnv>) => Response | Promise<Response>
}

/** What is told of a route. */
export type ShownRoute = Omit<Route, 'handle' | 'through'>

export function shownRoute({ handle: _, through: __, ...shown }: Route): ShownRoute {
  return shown
}

/** Puts the routes into the app; another method on the same path is answered with those that work. */
export function mount(app: Hono<ServiceEnv>, routes: readonly Route[]): void {
  const methods = new Map<string, string[]>()
  for (const { method, path, through = [], handle } of routes) {
    app.on(method, [path], ...through, handle)
    methods.set(path, [...(methods.get(path) ?? []), method])
  }
  for (const [path, known] of methods) {
    app.all(path, (c) => {
      c.header('Allow', known.join(', '))
      return answer(c, 405, {
        status: 'ERROR',
        message: `${c.req.path} takes ${known.join(' or ')}, not ${c.req.method}`,
      })
    })
  }
}
