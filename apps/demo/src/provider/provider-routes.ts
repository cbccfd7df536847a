import { randomUUID } from 'node:crypto'
import type { Context } from 'hono'
import { isLosslessNumber } from 'lossless-json'
import { answer } from '../http/answer'
import { bodyFields } from '../http/body-fields'
import { type Fields, NAME_RULE, parseName } from '../http/fields'
import type { ServiceEnv } from '../http/service-env'
import { ordersIn, shownOrder } from '../scenarios/order'
import type { Scenario, Shop } from '../scenarios/scenario'
import type { Callback, TradeStatus } from './callback'
import { type Delivery, SimulatedProvider, type SimulatedProviderOptions } from './simulated-provider'

const MAX_DUPLICATES = 100

/** Lets anybody have the simulated provider trade for an order, and watch what it is answered. */
export function simulatedProvider({ tables }: Shop, options: SimulatedProviderOptions): Scenario {
  const provider = new SimulatedProvider(options)
  const orders = ordersIn(tables)
  const stopping = new AbortController()
  return {
    routes: [
      {
        method: 'POST',
        path: '/provider/trades',
        does: 'have an order paid (and refunded): each callback many times, shuffled',
        handle: trade,
      },
    ],
    stop: async () => stopping.abort(),
  }

  async function trade(c: Context<ServiceEnv>): Promise<Response> {
    const { id, duplicates, statuses } = readTrade(await bodyFields(c.req))
    const order = (await orders.get(id))?.row
    if (order === undefined) return answer(c, 404, { status: 'ERROR', message: 'There is no such order' })
    const tradeNo = `TRADE_${randomUUID()}`
    const callbacks = statuses.map(
      (status): Callback => ({
        trade_no: tradeNo,
        order_id: id,
        status,
        amount: order.amount,
        occurred_at: new Date().toISOString(),
      }),
    )
    const deliveries = await provider.deliver(callbacks, duplicates, stopping.signal)
    const calls = deliveries.reduce((sum, { answers }) => sum + answers.length, 0)
    const accepted = deliveries.filter((delivery) => delivery.accepted).length
    const now = (await orders.get(id))?.row ?? order
    return answer(c, 200, {
      status: 'SUCCESS',
      message: `${calls} calls for ${deliveries.length} callbacks, of which ${accepted} were accepted`,
      trade_no: tradeNo,
      answers: Object.fromEntries(statuses.map((status) => [status, counted(status, deliveries)])),
      order: shownOrder(id, now),
    })
  }
}

function readTrade(fields: Fields) {
  const id = fields.read('order_id', NAME_RULE, parseName)
  const duplicates = fields.read(
    'duplicates',
    `a whole number from 1 to ${MAX_DUPLICATES}, or nothing`,
    parseDuplicates,
  )
  const refund = fields.read('refund', 'true, false or nothing', (value = false) =>
    typeof value === 'boolean' ? value : undefined,
  )
  if (id === undefined || duplicates === undefined || refund === undefined) return fields.refuse()
  const statuses: TradeStatus[] = refund ? ['PENDING', 'PAID', 'REFUNDED'] : ['PENDING', 'PAID']
  return { id, duplicates, statuses }
}

function parseDuplicates(value: unknown): number | undefined {
  if (value === undefined) return 3
  const count = isLosslessNumber(value) && /^\d{1,3}$/.test(value.value) ? Number(value.value) : 0
  return count >= 1 && count <= MAX_DUPLICATES ? count : undefined
}

/** How often each answer was given to the callbacks of one status. */
function counted(status: TradeStatus, deliveries: readonly Delivery[]): Record<number, number> {
  const counts: Record<number, number> = {}
  for (const delivery of deliveries) {
    if (delivery.status !== status) continue
    for (const answer of delivery.answers) counts[answer] = (counts[answer] ?? 0) + 1
  }
  return counts
}
