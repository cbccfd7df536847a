import { type LockStore, Mutex } from '@idem/core'
import type { Context } from 'hono'
import { answer } from '../http/answer'
import { bodyFields } from '../http/body-fields'
import { countUpTo } from '../http/count'
import type { ServiceEnv } from '../http/service-env'
import { StoppingError } from '../http/stopping'
import type { Scenario } from '../scenarios/scenario'
import { runStorm, type StormOptions, type StormStore } from './storm'
import type { StormProgress } from './storm-report'
import type { Way } from './way'
import { WAYS } from './ways'

export const DUPLICATES = 100

/** How many there may be. */
export const DUPLICATES_COUNT = countUpTo(2000)

export interface StormRoutesOptions {
  /** On which a storm is let loose: all that is configured. */
  readonly stores: readonly StormStore[]
  /** One storm at a time, in whatever process. */
  readonly locks: LockStore
  readonly onProgress?: ((progress: StormProgress) => void) | undefined
  /** How a storm is, where it is not the usual one. */
  readonly storm?: Pick<StormOptions, 'gateway' | 'leaseMs'>
}

/** One payment, many clients, in each wrong way and in each of idem's: what becomes of it. */
export function stormRoutes({ stores, locks, onProgress, storm }: StormRoutesOptions): Scenario {
  const oneAtATime = new Mutex({ store: locks, namespace: 'storm' })
  const stopping = new AbortController()
  const running = new Set<Promise<unknown>>()
  return {
    routes: [
      {
        method: 'POST',
        path: '/storm',
        does: 'one payment, many duplicates, in wrong ways and in right ones',
        handle,
      },
    ],
    async stop() {
      stopping.abort()
      await Promise.allSettled(running)
    },
  }

  async function handle(c: Context<ServiceEnv>): Promise<Response> {
    const fields = await bodyFields(c.req)
    const duplicates = fields.read('duplicates', `${DUPLICATES_COUNT.rule}, or nothing`, (value) =>
      value === undefined ? DUPLICATES : DUPLICATES_COUNT.read(value),
    )
    const ways = fields.read('ways', `a list of some of ${WAY_NAMES}, or nothing`, waysField)
    if (duplicates === undefined || ways === undefined) return fields.refuse()
    const lock = await oneAtATime.tryAcquire('storm')
    if (lock === undefined) {
      c.header('Retry-After', '10')
      return answer(c, 409, {
        status: 'RETRY',
        message: 'A storm is blowing already; only one does at a time',
      })
    }
    try {
      // Nobody is left to read the report when the client hangs up.
      const signal = AbortSignal.any([stopping.signal, lock.signal, c.req.raw.signal])
      const blowing = runStorm({ ...storm, duplicates, ways, stores, onProgress, signal })
      running.add(blowing)
      const report = await blowing.finally(() => running.delete(blowing))
      const message = report.right
        ? "idem's ways charged once for each payment"
        : "One of idem's ways went wrong; that is a bug"
      return answer(c, 200, { status: 'SUCCESS', message, ...report })
    } catch (error) {
      if (stopping.signal.aborted) throw new StoppingError('The service is stopping, and the storm with it')
      if (!c.req.raw.signal.aborted) throw error
      c.get('note').outcome = 'client hung up'
      return answer(c, 400, { status: 'ERROR', message: 'The connection was closed, which ended the storm' })
    } finally {
      // There it ends with its time.
      await lock.release().catch(() => {})
    }
  }
}

const WAY_NAMES = WAYS.map(({ name }) => `"${name}"`).join(', ')

function waysField(value: unknown): readonly Way[] | undefined {
  if (value === undefined) return WAYS
  if (!Array.isArray(value) || value.length === 0) return undefined
  return value.every((name) => WAYS.some((way) => way.name === name))
    ? WAYS.filter(({ name }) => value.includes(name))
    : undefined
}
