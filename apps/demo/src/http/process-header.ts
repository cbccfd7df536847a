import type { MiddlewareHandler } from 'hono'
import type { ServiceEnv } from './service-env'

/** Which of the processes of the service this is. */
export interface ProcessName {
  /** From 1; a process that takes the place of another takes its number, too. */
  readonly number: number
  readonly pid: number
}

/** Tells with every answer which process gave it: `X-Process: 2; pid=4711`. */
export function processHeader({ number, pid }: ProcessName): MiddlewareHandler<ServiceEnv> {
  return async (c, next) => {
    await next()
    // Afterwards: an answer that is replayed may bring the header of the process that gave it first.
    c.header('X-Process', `${number}; pid=${pid}`)
  }
}
