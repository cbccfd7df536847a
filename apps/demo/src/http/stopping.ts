import type { MiddlewareHandler } from 'hono'
import type { ServiceEnv } from './service-env'

/** The service is about to end and takes nothing new. */
export class StoppingError extends Error {
  override readonly name = 'StoppingError'
}

/** Once the signal has aborted: refuses what is new, and asks the clients of what is running to hang up afterwards. */
export function refuseWhenStopping(stopping: AbortSignal): MiddlewareHandler<ServiceEnv> {
  return async (c, next) => {
    if (stopping.aborted) {
      c.header('Connection', 'close')
      throw new StoppingError('The service is stopping, and nothing was done; send the same request again')
    }
    await next()
    if (stopping.aborted) c.header('Connection', 'close')
  }
}
