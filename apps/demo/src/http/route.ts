import type { Context, Hono } from 'hono'
import { answer } from './answer'
import type { ServiceEnv } from './service-env'

/** One line of the table that the service answers from, and prints when it starts. */
export interface Route {
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** The query that it takes, to be shown. */
  readonly query?: string
  readonly does: string
  readonly handle: (c: Context<ServiceEnv>) => Promise<Response>
}

/** What is told of a route. */
export type ShownRoute = Omit<Route, 'handle'>

export function shownRoute({ handle: _, ...shown }: Route): ShownRoute {
  return shown
}

/** Puts the routes into the app; another method on the same path is answered with the one that works. */
export function mount(app: Hono<ServiceEnv>, routes: readonly Route[]): void {
  for (const { method, path, handle } of routes) {
    app.on(method, path, handle)
    app.all(path, (c) => {
      c.header('Allow', method)
      return answer(c, 405, { status: 'ERROR', message: `${path} takes ${method}, not ${c.req.method}` })
    })
  }
}
