import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from 'hono'
import { answer, type ServiceEnv } from '../http/answer'
import type { Route } from '../http/route'

export interface HealthOptions {
  /** Asks the store something; rejects if it fails. */
  readonly probe: () => Promise<void>
  /** How long the store may take to answer. */
  readonly timeoutMs: number
}

export function healthRoutes(options: HealthOptions): Route[] {
  return [{ method: 'GET', path: '/health', does: 'whether the store answers', handle: health }]

  async function health(c: Context<ServiceEnv>): Promise<Response> {
    const start = performance.now()
    const state = await storeState(options)
    const store = { state, answered_in_ms: Math.round(performance.now() - start) }
    return state === 'up'
      ? answer(c, 200, { status: 'SUCCESS', message: 'The store answers', store })
      : answer(c, 503, { status: 'ERROR', message: 'The store does not answer', store })
  }
}

async function storeState({ probe, timeoutMs }: HealthOptions): Promise<'up' | 'failing' | 'silent'> {
  const done = new AbortController()
  const silence = sleep(timeoutMs, 'silent' as const, { signal: done.signal })
  silence.catch(() => {})
  try {
    return await Promise.race([probe().then(() => 'up' as const), silence])
  } catch {
    return 'failing'
  } finally {
    done.abort()
  }
}
