import type { Context } from 'hono'
import { isLosslessNumber } from 'lossless-json'
import { answer } from '../http/answer'
import { bodyFields } from '../http/body-fields'
import type { Route } from '../http/route'
import type { ServiceEnv } from '../http/service-env'
import type { ControlState, Controls } from './controls'

/** Longer than this nobody waits to see what follows. */
const SLOWEST_MS = 60_000

/** What the page's buttons do. Whoever can reach the demo can press them. */
export function controlsRoutes(controls: Controls): Route[] {
  return [
    {
      method: 'GET',
      path: '/controls',
      does: 'what is being done to the service',
      handle: (c) => told(c, controls.state),
    },
    {
      method: 'POST',
      path: '/controls',
      does: 'cut the store off ("store_is_cut"), slow the gateway ("gateway_slowed_by_ms")',
      handle: change,
    },
  ]

  async function change(c: Context<ServiceEnv>): Promise<Response> {
    const fields = await bodyFields(c.req)
    const storeIsCut = fields.read('store_is_cut', 'true or false, or nothing', (value) =>
      value === undefined ? null : typeof value === 'boolean' ? value : undefined,
    )
    const slowed = fields.read(
      'gateway_slowed_by_ms',
      `a whole number from 0 to ${SLOWEST_MS}, or nothing`,
      (value) => (value === undefined ? null : wholeMs(value)),
    )
    if (storeIsCut === undefined || slowed === undefined) return fields.refuse()
    const state = await controls.change({
      ...(storeIsCut !== null && { storeIsCut }),
      ...(slowed !== null && { gatewaySlowedByMs: slowed }),
    })
    return told(c, state)
  }
}

function told(c: Context<ServiceEnv>, { storeIsCut, gatewaySlowedByMs }: ControlState): Response {
  const store = storeIsCut ? 'The store is cut off' : 'The store can be reached'
  const gateway = gatewaySlowedByMs === 0 ? 'as fast as ever' : `slower by ${gatewaySlowedByMs} ms`
  return answer(c, 200, {
    status: 'SUCCESS',
    message: `${store}; the gateway is ${gateway}`,
    store_is_cut: storeIsCut,
    gateway_slowed_by_ms: gatewaySlowedByMs,
  })
}

function wholeMs(value: unknown): number | undefined {
  const ms = isLosslessNumber(value) && /^\d{1,5}$/.test(value.value) ? Number(value.value) : Number.NaN
  return ms <= SLOWEST_MS ? ms : undefined
}
