import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from 'hono'
import { answer } from '../http/answer'
import type { Route } from '../http/route'
import type { ServiceEnv } from '../http/service-env'
import type { PaymentService } from '../payment/payment-service'

export interface HealthOptions {
  readonly payments: PaymentService
  /** How long the store may take to answer. */
  readonly timeoutMs: number
}

export function healthRoutes(options: HealthOptions): Route[] {
  return [{ method: 'GET', path: '/health', does: 'whether the store answers', handle: health }]

  async function health(c: Context<ServiceEnv>): Promise<Response> {
    const start = performance.now()
    const state = await storeState(options)
    const details = {
      store: { state, looked_for_ms: Math.round(performance.now() - start) },
      payments: options.payments.load,
    }
    return state === 'up'
      ? answer(c, 200, { status: 'SUCCESS', message: 'The store answers', ...details })
      : answer(c, 503, { status: 'ERROR', message: 'The store does not answer', ...details })
  }
}

async function storeState({ payments, timeoutMs }: HealthOptions): Promise<'up' | 'failing' | 'silent'> {
  const done = new AbortController()
  const silence = sleep(timeoutMs, 'silent' as const, { signal: done.signal })
  silence.catch(() => {})
  try {
    return await Promise.race([payments.probe().then(() => 'up' as const), silence])
  } catch {
    return 'failing'
  } finally {
    done.abort()
  }
}
