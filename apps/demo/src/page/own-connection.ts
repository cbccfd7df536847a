import type { MiddlewareHandler } from 'hono'
import type { ServiceEnv } from '../http/service-env'

/**
 * A request with `Own-Connection: yes`, as the page sends it, has its connection closed after the answer. So the next one comes
 * on a new connection, and with it to the next of the processes. And when a process dies, the page hears of it: a request that
 * breaks on a connection that was used before, browsers send again by themselves, with the header that kills.
 */
export const ownConnection: MiddlewareHandler<ServiceEnv> = async (c, next) => {
  await next()
  if (c.req.header('Own-Connection') === 'yes') c.header('Connection', 'close')
}
