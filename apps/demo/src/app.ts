import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { errorAnswer } from './error-answer'
import { answer } from './http/answer'
import { MAX_BODY_BYTES, refuseLargeBody } from './http/json-body'
import { type ProcessName, processHeader } from './http/process-header'
import type { Report } from './http/report'
import { type RequestLogOptions, requestLog } from './http/request-log'
import { mount, type Route } from './http/route'
import type { ServiceEnv } from './http/service-env'
import { refuseWhenStopping } from './http/stopping'
import { ownConnection } from './page/own-connection'

export interface AppOptions {
  readonly routes: readonly Route[]
  readonly process: ProcessName
  readonly log: RequestLogOptions
  readonly report: Report
  readonly stopping: AbortSignal
}

/** The service as a function from request to answer; what it answers is in the routes. */
export function createApp({ routes, process, log, report, stopping }: AppOptions): Hono<ServiceEnv> {
  const app = new Hono<ServiceEnv>()
  app.use(requestLog(log))
  app.use(processHeader(process))
  app.use(ownConnection)
  app.use(refuseWhenStopping(stopping))
  app.use(bodyLimit({ maxSize: MAX_BODY_BYTES, onError: refuseLargeBody }))
  mount(app, routes)
  app.notFound((c) => answer(c, 404, { status: 'ERROR', message: `There is no ${c.req.path} here` }))
  app.onError(errorAnswer(report))
  return app
}
