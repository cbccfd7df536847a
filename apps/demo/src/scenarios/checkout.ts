/*
 * A checkout, which spans services: the order, the stock, the gateway, the queue.
 *
 * No transaction reaches across all of them, and the process may die between any two. So the request is one operation of
 * idem with steps. A step that was saved is not done again by the attempt that follows; one that was done and not saved is
 * done again, and so each of them is idempotent by itself: the order's id follows from the key of the request, the row of the
 * stock remembers the order, the gateway charges once for the same subkey, the order becomes PAID once, and whoever reads
 * the message takes the order's id for its identity. The client's part is to send the same request again.
 *
 *   - Sold out: the order is CANCELLED and the answer is final. Nothing is charged, for that comes after.
 *   - The gateway refuses: FAILED, and the same key goes on with the charge. Meanwhile the goods stay set aside, so that who
 *     comes back with another card gets them; those of who never comes back, somebody releases (`/stock/:sku/release`). Who
 *     comes back all the same finds the order CANCELLED, unless the gateway has charged for it.
 *
 * The middleware protects the whole route, for what is to be repeated is an answer: it takes key and user from the headers,
 * refuses the key with another order, keeps 409 as an answer and 5xx as a failure that may be tried again, and hands on the
 * attempt with its steps. Stock and callbacks ask the engine themselves: their keys are in what they are about.
 */
import { FingerprintMismatchError } from '@idem/core'
import { idempotency } from '@idem/hono'
import type { Context } from 'hono'
import { GatewayError } from '../gateway/gateway-error'
import { answer } from '../http/answer'
import type { ServiceEnv } from '../http/service-env'
import { parseAmount } from '../money/amount'
import { readSimulation, type Wish } from './checkout-simulation'
import { userOf, wantedIn } from './create-order'
import {
  changeOrder,
  makeOrder,
  type Order,
  orderPrefix,
  ordersIn,
  PAID,
  paidMessage,
  sameOrder,
  shownOrder,
  type Wanted,
} from './order'
import { RefusedError } from './refused-error'
import type { Scenario, Shop } from './scenario'
import { reserve } from './stock'

export interface CheckoutOptions {
  /** Ends this process at once. */
  readonly crash: () => void
}

export function checkout(shop: Shop, { crash }: CheckoutOptions): Scenario {
  const { idem, tables, gateway, publisher } = shop
  const orders = ordersIn(tables)
  const once = idempotency({
    idem,
    name: 'checkout',
    scope: userOf,
    // What counts is the order, however it is written. What is wrong with it is told now, before its key is taken.
    fingerprint: (c) => {
      readSimulation(c, crash)
      return wantedIn(c)
    },
  })
  return {
    routes: [
      {
        method: 'POST',
        path: '/checkout',
        does: 'order, reserve, charge and publish as one; each Idempotency-Key once',
        through: [once],
        handle,
      },
    ],
  }

  async function handle(c: Context<ServiceEnv>): Promise<Response> {
    const wish = readSimulation(c, crash)
    const user = userOf(c)
    const wanted = await wantedIn(c)
    const { attempt, subkey } = c.get('idempotency')
    c.get('note').attempt = attempt
    const id = orderPrefix(user) + subkey('order').slice(0, 24)
    try {
      const order = await checkOut(c, { id, user, wanted, wish })
      const message =
        order.status === 'CANCELLED'
          ? `Not enough of ${order.sku} is set aside: the order is cancelled, and nothing was charged`
          : `Paid ${order.amount} for ${order.quantity} of ${order.sku}`
      const [code, status] =
        order.status === 'CANCELLED' ? ([409, 'ERROR'] as const) : ([200, 'SUCCESS'] as const)
      return answer(c, code, { status, message, order: shownOrder(id, order) })
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error
      const message = `${error.message}; the same request goes on from there, and the goods stay set aside`
      return answer(c, 500, { status: 'FAILED', message, order_id: id })
    }
  }

  async function checkOut(c: Context<ServiceEnv>, { id, user, wanted, wish }: CheckOut): Promise<Order> {
    const { signal, step, subkey } = c.get('idempotency')
    const made = await step('order', () =>
      wish.around('order', () => makeOrder(orders, id, { user, ...wanted, atCheckout: true })),
    )
    if (!sameOrder(made, wanted)) {
      // So only if the record is lost: it would have known before.
      throw new FingerprintMismatchError(`order ${id} was made of something else`)
    }
    // So only if the record is lost: what has been paid is not charged again, even where the gateway has forgotten it.
    if (made.status === 'CANCELLED' || made.status === 'REFUNDED') return made
    if (made.status === 'PAID') return publish(made)

    const isReserved = await step('reserve', () => wish.around('reserve', () => setAside()))
    if (!isReserved) return changeOrder(orders, id, (order) => cancelled(order))
    const tradeNo = await step('charge', () => wish.around('charge', () => charge()))
    if (tradeNo === null) return changeOrder(orders, id, (order) => cancelled(order))
    const paid = await step('pay', () =>
      wish.around('pay', () => changeOrder(orders, id, (order) => paidBy(tradeNo, order))),
    )
    return publish(paid)

    async function setAside(): Promise<boolean> {
      try {
        await reserve(shop, made.sku, id, made.quantity)
        return true
      } catch (error) {
        if (error instanceof RefusedError) return false
        throw error
      }
    }

    /** `null`: there is nothing to be paid for any more. */
    async function charge(): Promise<string | null> {
      // Looked at again: since they were set aside, somebody may have released the goods. What an attempt that died, or had
      // no answer, has been charged for is not called unpaid for all that: the gateway knows.
      if (!(await setAside()) && (await gateway.statement(id)).count === 0) return null
      const amount = parseAmount(made.amount)
      if (amount === undefined) throw new Error(`order ${id} has no amount`)
      const order = { idempotencyKey: subkey('charge'), token: id, userId: user, amount }
      return gateway.charge(order, signal, wish.gateway)
    }

    async function publish(order: Order): Promise<Order> {
      await step('publish', () =>
        wish.around('publish', () => publisher.publish(PAID, paidMessage(id, order))),
      )
      return order
    }
  }
}

interface CheckOut {
  readonly id: string
  readonly user: string
  readonly wanted: Wanted
  readonly wish: Wish
}

const cancelled = (order: Order): Order | undefined =>
  order.status === 'CANCELLED' ? undefined : { ...order, status: 'CANCELLED' }

/** `undefined`: it is already, and may have been refunded since. */
const paidBy = (tradeNo: string, order: Order): Order | undefined =>
  order.tradeNo === tradeNo ? undefined : { ...order, status: 'PAID', tradeNo }
