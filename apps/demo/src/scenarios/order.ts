import { createHash } from 'node:crypto'
import type { Message } from '../queue/publisher'
import type { Table, Tables } from '../stores/table'
import { changeRow } from './optimistic'

/** What has become of an order. */
export type OrderStatus = 'PENDING' | 'PAID' | 'REFUNDED' | 'CANCELLED'

/** A row of the table `orders`. Only its status changes, and with it, once, the trade. */
export interface Order {
  readonly user: string
  readonly sku: string
  readonly quantity: number
  /** Two decimals, so that one amount has one text. */
  readonly amount: string
  readonly status: OrderStatus
  /** The provider's number of the trade that has paid it; `null` until then. */
  readonly tradeNo: string | null
  readonly createdAt: string
  /** Its checkout has it paid, and so no trade that the provider tells of may: it would be paid twice. */
  readonly atCheckout?: true
}

/** The state machine: from each state, where an order may go. */
const WAYS: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  PENDING: ['PAID', 'CANCELLED'],
  PAID: ['REFUNDED'],
  REFUNDED: [],
  CANCELLED: [],
}

/** Under which it is published that an order is paid. */
export const PAID = 'orders.paid'

export const ordersIn = (tables: Tables): Table<Order> => tables<Order>('orders')

/** How the ids of all orders of a user begin, so that they lie side by side and no index has to be kept in step. */
export function orderPrefix(user: string): string {
  return `ORD_${createHash('sha256').update(user).digest('hex').slice(0, 16)}_`
}

/** What somebody wants to order. */
export type Wanted = Pick<Order, 'sku' | 'quantity' | 'amount'>

export const sameOrder = (made: Order, { sku, quantity, amount }: Wanted): boolean =>
  made.sku === sku && made.quantity === quantity && made.amount === amount

/** The order, as it is made now or was made by an attempt that died. */
export async function makeOrder(
  orders: Table<Order>,
  id: string,
  wanted: Wanted & Pick<Order, 'user' | 'atCheckout'>,
): Promise<Order> {
  const order: Order = { ...wanted, status: 'PENDING', tradeNo: null, createdAt: new Date().toISOString() }
  if (await orders.insert(id, order)) return order
  const made = await orders.get(id)
  if (made === undefined) throw new Error(`order ${id} is there and cannot be found`)
  return made.row
}

/** The state machine has no way from the order's state to the one that is wanted. Nothing was written. */
export class OrderStateError extends Error {
  override readonly name = 'OrderStateError'
  constructor(id: string, from: OrderStatus, to: OrderStatus) {
    super(`Order ${id} is ${from} and cannot become ${to}`)
  }
}

/**
 * Moves an order on, in one conditional write: whoever was slower looks again at what the order has become.
 *
 * @param next - the order as it is to be, or `undefined` to leave it; may be called several times. What it throws is thrown
 * @returns the order as it is now
 * @throws OrderStateError if the state machine does not allow it
 * @throws BusyError if others were faster each time
 */
export async function changeOrder(
  orders: Table<Order>,
  id: string,
  next: (order: Order) => Order | undefined,
): Promise<Order> {
  const { row } = await changeRow(orders, id, (order) => {
    if (order === undefined) throw new Error(`there is no order ${id}`)
    const changed = next(order)
    if (changed && !WAYS[order.status].includes(changed.status)) {
      throw new OrderStateError(id, order.status, changed.status)
    }
    return changed
  })
  return row as Order
}

/** What is told of an order that is paid, under {@link PAID}: its identity is `order`, for there is one such message for each. */
export function paidMessage(order: string, { user, sku, quantity, amount }: Order): Message {
  return { order, user, sku, quantity: String(quantity), amount }
}

/** An order as clients see it. */
export function shownOrder(id: string, { user, sku, quantity, amount, status, tradeNo, createdAt }: Order) {
  return {
    order_id: id,
    user_id: user,
    sku,
    quantity,
    amount,
    status,
    trade_no: tradeNo,
    created_at: createdAt,
  }
}
