/*
 * A payment callback, applied once.
 *
 * The payment provider tells the shop what becomes of a trade, and tells it again until it is answered with 2xx: several
 * times, at the same time, and the refund before the payment. And anybody can call: so before all else the signature is checked.
 *
 * A callback is de-duplicated by the provider's trade number and the status that it tells. What may happen to the order, its
 * state machine says, in one conditional write: PENDING -> PAID -> REFUNDED. What comes late changes nothing, what comes early
 * is sent back to come again, and what contradicts the order is refused; of none of these anything is recorded as done.
 *
 * Paid orders are published, after the row was written, and outside of it. The process may die at each point in between:
 *   - before the write: nothing has happened, and the provider calls again;
 *   - after it: the next call finds the order paid by this very trade, and goes on to publish;
 *   - after publishing: the next call publishes again, unless the step was saved. The message is the same, and its identity is
 *     the order: whoever acts on it does so once for an order.
 * So a callback is answered with 200 only when all of this is done.
 */
import { FingerprintMismatchError, InProgressError, OperationFailedError } from '@idem/core'
import type { Context } from 'hono'
import { answer } from '../http/answer'
import { readJson } from '../http/json-body'
import type { ServiceEnv } from '../http/service-env'
import { type Callback, readCallback } from '../provider/callback'
import { signatureFault } from '../provider/provider-signature'
import {
  changeOrder,
  type Order,
  OrderStateError,
  type OrderStatus,
  ordersIn,
  PAID,
  paidMessage,
} from './order'
import type { Scenario, Shop } from './scenario'

export interface PaymentCallbackOptions {
  /** What the provider signs with: at least 16 characters. */
  readonly secret: string
}

/** Longer than any provider goes on calling. The table of trades remembers for good. */
const RETENTION = '30d'
/** For a call that is at work already; a provider should not wait long for an answer. */
const PATIENCE = '2s'

/** @throws TypeError if the secret is too short to keep anybody out */
export function paymentCallback(
  { idem, tables, publisher }: Shop,
  { secret }: PaymentCallbackOptions,
): Scenario {
  if (secret.length < 16) throw new TypeError('secret must be a text of at least 16 characters')
  const orders = ordersIn(tables)
  /** Which order a trade is of. */
  const trades = tables<{ readonly order: string }>('trades')
  return {
    routes: [
      {
        method: 'POST',
        path: '/callbacks/payment',
        does: 'what the provider tells of a trade, signed, any number of times',
        handle,
      },
    ],
  }

  async function handle(c: Context<ServiceEnv>): Promise<Response> {
    const body = new Uint8Array(await c.req.arrayBuffer())
    const fault = signatureFault(secret, c.req.header('Provider-Signature'), body)
    if (fault !== undefined) {
      c.header('WWW-Authenticate', 'Provider-Signature')
      return answer(c, 401, { status: 'ERROR', message: fault })
    }
    const callback = readCallback(await readJson(c.req))
    const { order_id } = callback
    try {
      const order = await orderOf(callback)
      await bind(callback)
      if (callback.status === 'PENDING') {
        const message = `PENDING changes nothing: order ${order_id} is ${order.status}`
        return answer(c, 200, { status: 'SUCCESS', message, order_id, order_status: order.status })
      }
      const { value, replayed } = await apply(callback, callback.status)
      c.get('note').outcome = replayed ? 'replayed' : 'executed'
      if (replayed) c.header('Idempotency-Replayed', 'true')
      return answer(c, 200, {
        status: 'SUCCESS',
        message: `Order ${order_id} became ${callback.status} by ${callback.trade_no}`,
        order_id,
        order_status: value,
      })
    } catch (error) {
      const refusal = refusalIn(error)
      if (refusal === undefined) throw error
      const { code, message, again } = refusal
      c.get('note').outcome = again ? 'refused: too early' : 'refused'
      if (again) c.header('Retry-After', '1')
      return answer(c, code, { status: again ? 'RETRY' : 'ERROR', message })
    }
  }

  /** The order, whose amount and way to be paid never change: what does not fit them needs no record to be refused. */
  async function orderOf({ order_id, amount }: Callback): Promise<Order> {
    const order = (await orders.get(order_id))?.row
    if (order === undefined) return refuse(404, `There is no order ${order_id}`)
    if (order.amount !== amount) refuse(422, `Order ${order_id} costs another amount`)
    if (order.atCheckout) refuse(409, `Order ${order_id} is paid at its checkout, and by no trade`)
    return order
  }

  /** A trade is of one order, for good: also when the records of its callbacks are long forgotten. */
  async function bind({ trade_no, order_id }: Callback): Promise<void> {
    if (await trades.insert(trade_no, { order: order_id })) return
    const trade = await trades.get(trade_no)
    if (trade?.row.order !== order_id) refuse(422, `Trade ${trade_no} is of another order`)
  }

  function apply(callback: Callback, status: Exclude<Callback['status'], 'PENDING'>) {
    const { trade_no, order_id, amount, occurred_at } = callback
    return idem.execute(
      [trade_no, status],
      async ({ step }): Promise<OrderStatus> => {
        const order = await changeOrder(orders, order_id, (order) => moved(order, trade_no, status))
        if (status === 'PAID')
          await step('publish', () => publisher.publish(PAID, paidMessage(order_id, order)))
        return status
      },
      {
        name: 'payment callback',
        fingerprint: { order_id, amount, occurred_at },
        retention: RETENTION,
        waitTimeout: PATIENCE,
        errorCodec: { encode: failureOf },
      },
    )
  }
}

/** The order after a callback; `undefined` where the trade has brought it there, or further, already. */
function moved(order: Order, tradeNo: string, status: 'PAID' | 'REFUNDED'): Order | undefined {
  if (order.tradeNo !== null && order.tradeNo !== tradeNo) refuse(409, 'Another trade has paid this order')
  if (order.status === 'PENDING' && status === 'REFUNDED') {
    refuse(425, 'This order is not paid yet; tell that first', true)
  }
  return order.status === status || order.status === 'REFUNDED' ? undefined : { ...order, status, tradeNo }
}

/** What the provider is told instead. */
interface Refusal {
  readonly code: 404 | 409 | 422 | 425
  readonly message: string
  /** Whether the same callback may be right a little later. */
  readonly again: boolean
}

/** Thrown inside of a run: a failure that may be tried again, and nothing that is done. */
class CallbackRefusal extends Error {
  constructor(readonly details: Refusal) {
    super(details.message)
  }
}

function refuse(code: Refusal['code'], message: string, again = false): never {
  throw new CallbackRefusal({ code, message, again })
}

/** `undefined` for what is no fault of the callback: that is a 5xx, and the provider calls again. */
function refusalIn(error: unknown): Refusal | undefined {
  if (error instanceof CallbackRefusal) return error.details
  if (error instanceof OrderStateError) return { code: 409, message: error.message, again: false }
  // Another call with the same callback was refused while this one waited for it.
  if (error instanceof OperationFailedError) return error.failure.details as Refusal | undefined
  if (error instanceof FingerprintMismatchError) {
    return { code: 422, message: 'This trade was told otherwise before', again: false }
  }
  // Whoever was told anything with 2xx would not call again, and the call at work may still fail.
  if (error instanceof InProgressError) {
    return { code: 409, message: 'This callback is at work just now', again: true }
  }
  return undefined
}

/** What is kept of a failure: of how the shop works inside, nothing. */
function failureOf(error: unknown) {
  const details = refusalIn(error)
  const message = details?.message ?? 'The callback failed inside the shop; call again'
  return { name: 'CallbackFailure', message, details }
}
