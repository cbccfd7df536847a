import { expect, test } from 'vitest'
import {
  changeOrder,
  type Order,
  OrderStateError,
  type OrderStatus,
  orderPrefix,
  ordersIn,
} from '../../src/scenarios/order'
import { memoryTables } from '../../src/stores/memory/memory-table'

const row = (status: OrderStatus): Order => ({
  user: 'ann',
  sku: 'lamp',
  quantity: 1,
  amount: '10.00',
  status,
  tradeNo: null,
  createdAt: '2026-01-01T00:00:00.000Z',
})

const STATES: readonly OrderStatus[] = ['PENDING', 'PAID', 'REFUNDED', 'CANCELLED']
const WAYS = ['PENDING PAID', 'PENDING CANCELLED', 'PAID REFUNDED']
const pairs = STATES.flatMap((from) => STATES.map((to) => ({ from, to })))

async function ordersWith(status: OrderStatus) {
  const orders = ordersIn(memoryTables())
  await orders.insert('one', row(status))
  return orders
}

test.each(pairs.filter(({ from, to }) => WAYS.includes(`${from} ${to}`)))(
  'an order goes from $from to $to',
  async ({ from, to }) => {
    const orders = await ordersWith(from)
    expect(await changeOrder(orders, 'one', (order) => ({ ...order, status: to }))).toEqual(row(to))
    expect(await orders.get('one')).toEqual({ row: row(to), version: 2 })
  },
)

test.each(pairs.filter(({ from, to }) => !WAYS.includes(`${from} ${to}`)))(
  'an order never goes from $from to $to',
  async ({ from, to }) => {
    const orders = await ordersWith(from)
    const change = changeOrder(orders, 'one', (order) => ({ ...order, status: to }))
    await expect(change).rejects.toThrow(OrderStateError)
    await expect(change).rejects.toThrow(`Order one is ${from} and cannot become ${to}`)
    expect(await orders.get('one')).toEqual({ row: row(from), version: 1 })
  },
)

test('an order that is to stay as it is is not written', async () => {
  const orders = await ordersWith('PAID')
  expect(await changeOrder(orders, 'one', () => undefined)).toEqual(row('PAID'))
  expect((await orders.get('one'))?.version).toBe(1)
})

test('of two ways that exclude each other, taken at once, one is taken', async () => {
  const tables = memoryTables()
  await ordersIn(tables).insert('one', row('PENDING'))
  const ends: readonly OrderStatus[] = ['PAID', 'CANCELLED']
  const moves = await Promise.allSettled(
    // Each opens the table anew, as two processes do: they do not stand in one line.
    ends.map((status) => changeOrder(ordersIn(tables), 'one', (order) => ({ ...order, status }))),
  )
  expect(moves.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect((await ordersIn(tables).get('one'))?.version).toBe(2)
})

test('an order that is not there cannot be changed', async () => {
  await expect(changeOrder(ordersIn(memoryTables()), 'one', (order) => order)).rejects.toThrow('no order one')
})

test('users have prefixes of their own', () => {
  expect(orderPrefix('ann')).toMatch(/^ORD_[0-9a-f]{16}_$/)
  expect(orderPrefix('ann')).toBe(orderPrefix('ann'))
  expect(orderPrefix('ann')).not.toBe(orderPrefix('bob'))
})
