import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { signCallback } from '../../src/provider/provider-signature'
import { checkout } from '../../src/scenarios/checkout'
import { CRASH_POINTS } from '../../src/scenarios/checkout-simulation'
import { type Order, ordersIn } from '../../src/scenarios/order'
import { paymentCallback } from '../../src/scenarios/payment-callback'
import type { Scenario, Shop } from '../../src/scenarios/scenario'
import { ship, stock } from '../../src/scenarios/stock'
import type { Table } from '../../src/stores/table'
import type { Answer } from '../support/demo'
import { everyStore } from '../support/every-store'
import { type OpenShop, openShop } from '../support/shop'
import { openShops } from '../support/shops'

const stores = await everyStore()

/** What is thrown in place of a process that dies: to what has happened until then it is the same. */
class Died extends Error {}
const dies = () => {
  throw new Died()
}

const routes = (shop: Shop): Scenario => ({
  routes: [...stock(shop).routes, ...checkout(shop, { crash: dies }).routes],
})

interface Buyer {
  readonly user: string
  readonly sku: string
  buy(headers?: Record<string, string>, change?: Record<string, unknown>, shop?: OpenShop): Promise<Answer>
}

/** Somebody who wants two of an article of which there are so many. */
async function buyer(shop: OpenShop, onHand: number): Promise<Buyer> {
  const [user, key, sku] = [randomUUID(), randomUUID(), `book-${randomUUID()}`]
  await shop.post(`/stock/${sku}`, { quantity: onHand }, { 'Idempotency-Key': randomUUID() })
  return {
    user,
    sku,
    buy: (headers = {}, change = {}, at = shop) =>
      at.post(
        '/checkout',
        { sku, quantity: 2, amount: '30.00', ...change },
        { 'X-User': user, 'Idempotency-Key': key, ...headers },
      ),
  }
}

describe.each(stores)('a checkout on $title', (store) => {
  const onStore = test.skipIf(store.url === undefined)

  onStore('that is asked for many times at once, everywhere, is done once', async () => {
    const shops = await openShops(3, routes, store)
    const [first] = shops
    if (first === undefined) throw new Error('no shop')
    const { buy, sku } = await buyer(first, 5)
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, i) => buy({ Prefer: 'wait=20' }, {}, shops[i % 3])),
    )
    for (const { code, body } of answers) expect([code, body]).toEqual([200, answers[0]?.body])
    const order = answers[0]?.body.order
    expect(order).toMatchObject({ sku, quantity: 2, amount: '30.00', status: 'PAID' })
    const charges = await Promise.all(shops.map(({ gateway }) => gateway.statement(order.order_id)))
    expect(charges.map(({ count }) => count).sort()).toEqual([0, 0, 1])
    expect(charges.flatMap(({ charges }) => charges)).toMatchObject([{ id: order.trade_no, amount: 3000n }])
    expect(shops.flatMap(({ published }) => published)).toEqual([
      {
        topic: 'orders.paid',
        order: order.order_id,
        ...{ user: order.user_id, sku, quantity: '2', amount: '30.00' },
      },
    ])
    expect((await first.get(`/stock/${sku}`)).body).toMatchObject({ available: 3, orders: [order.order_id] })
  })

  onStore('of what is sold out is cancelled for good, and nothing is charged', async () => {
    const shop = await openShop(routes, store)
    const { buy, sku } = await buyer(shop, 1)
    const refused = await buy()
    expect(refused).toMatchObject({ code: 409, body: { status: 'ERROR', order: { status: 'CANCELLED' } } })
    await shop.post(`/stock/${sku}`, { quantity: 5 }, { 'Idempotency-Key': randomUUID() })
    const again = await buy()
    expect([again.code, again.body]).toEqual([409, refused.body])
    expect((await shop.gateway.statement(refused.body.order.order_id)).count).toBe(0)
    expect((await shop.get(`/stock/${sku}`)).body).toMatchObject({ reserved: 0 })
    expect(shop.published).toEqual([])
  })

  onStore('that the gateway refuses keeps its goods, and goes on with the same key', async () => {
    const shop = await openShop(routes, store)
    const { buy, sku } = await buyer(shop, 2)
    const refused = await buy({ Simulate: 'gateway-failure' })
    expect(refused).toMatchObject({ code: 500, body: { status: 'FAILED' } })
    expect((await shop.get(`/stock/${sku}`)).body).toMatchObject({ available: 0, reserved: 2 })
    // It has charged, and nobody heard so.
    expect((await buy({ Simulate: 'gateway-lost-reply' })).code).toBe(500)
    const paid = await buy()
    expect(paid).toMatchObject({ code: 200, body: { order: { status: 'PAID' } } })
    expect((await shop.gateway.statement(paid.body.order.order_id)).count).toBe(1)
    expect((await shop.get(`/stock/${sku}`)).body).toMatchObject({ reserved: 2 })
    expect(shop.published).toHaveLength(1)
  })

  onStore('whose record is lost is found in the rows', async () => {
    const shop = await openShop(routes, store)
    const paid = await buyer(shop, 2)
    const first = await paid.buy({ 'Idempotency-Key': 'one' })
    // What has left the house is not reserved again.
    await ship(shop, paid.sku, first.body.order.order_id)
    expect(await shop.idem.forget('one', { name: 'checkout', scope: paid.user })).toBe(true)
    const second = await paid.buy({ 'Idempotency-Key': 'one' })
    expect([second.code, second.body.order]).toEqual([200, first.body.order])
    await shop.idem.forget('one', { name: 'checkout', scope: paid.user })
    expect((await paid.buy({ 'Idempotency-Key': 'one' }, { quantity: 1 })).code).toBe(422)
    expect(shop.gateway.ledger.charges()).toHaveLength(1)

    const soldOut = await buyer(shop, 1)
    expect((await soldOut.buy({ 'Idempotency-Key': 'two' })).code).toBe(409)
    await shop.post(`/stock/${soldOut.sku}`, { quantity: 5 }, { 'Idempotency-Key': randomUUID() })
    await shop.idem.forget('two', { name: 'checkout', scope: soldOut.user })
    expect((await soldOut.buy({ 'Idempotency-Key': 'two' })).code).toBe(409)
    expect((await shop.get(`/stock/${soldOut.sku}`)).body.reserved).toBe(0)
  })
})

test('a checkout that dies at every point, one after the other, is finished', async () => {
  const shop = await openShop(routes)
  const { buy, sku } = await buyer(shop, 5)
  for (const point of CRASH_POINTS) {
    expect([point, (await buy({ Simulate: point })).code]).toEqual([point, 500])
  }
  const { body, code } = await buy()
  expect([code, body.order.status]).toEqual([200, 'PAID'])
  expect(shop.gateway.ledger.charges()).toHaveLength(1)
  expect((await shop.get(`/stock/${sku}`)).body).toMatchObject({ reserved: 2, available: 3 })
  expect(new Set(shop.published.map(({ order }) => order))).toEqual(new Set([body.order.order_id]))
  expect(shop.reports.every((report) => report instanceof Died)).toBe(true)
})

test('a checkout that dies when it has cancelled its order is cancelled', async () => {
  let died = false
  const dying = (shop: Shop): Scenario => {
    const tables: Shop['tables'] = <Row>(name: string): Table<Row> => {
      const table = shop.tables<Row>(name)
      return {
        get: (id) => table.get(id),
        insert: (id, row) => table.insert(id, row),
        list: (query) => table.list(query),
        replace: async (id, version, row) => {
          const written = await table.replace(id, version, row)
          if (name === 'orders' && !died) {
            died = true
            throw new Died()
          }
          return written
        },
      }
    }
    return routes({ ...shop, tables })
  }
  const shop = await openShop(dying)
  const { buy } = await buyer(shop, 1)
  expect((await buy()).code).toBe(500)
  expect(await buy()).toMatchObject({ code: 409, body: { order: { status: 'CANCELLED' } } })
})

test('an order that was refunded since is not paid again by what is left of its checkout', async () => {
  const shop = await openShop(routes)
  const { buy, user } = await buyer(shop, 5)
  expect((await buy({ Simulate: 'crash-after-pay' })).code).toBe(500)
  const orders = ordersIn(shop.tables)
  const [found] = await orders.list({ limit: 10 })
  if (found === undefined) throw new Error('no order')
  const refunded: Order = { ...found.row, status: 'REFUNDED' }
  await orders.replace(found.id, found.version, refunded)
  expect((await buy()).body.order).toMatchObject({ status: 'REFUNDED', user_id: user })
  expect((await orders.get(found.id))?.row).toEqual(refunded)
  expect(shop.gateway.ledger.charges()).toHaveLength(1)
})

test('an order whose checkout has failed is paid by no trade beside it', async () => {
  const secret = 'what the provider and the shop know'
  const shop = await openShop((shop) => ({
    routes: [...routes(shop).routes, ...paymentCallback(shop, { secret }).routes],
  }))
  const { buy } = await buyer(shop, 5)
  const { order_id } = (await buy({ Simulate: 'gateway-failure' })).body
  for (const status of ['PENDING', 'PAID', 'REFUNDED']) {
    const occurred_at = '2026-01-31T09:30:00Z'
    const callback = { trade_no: 'T1', order_id, status, amount: '30.00', occurred_at }
    const headers = { 'Provider-Signature': signCallback(secret, JSON.stringify(callback)) }
    const { code, body } = await shop.post('/callbacks/payment', callback, headers)
    expect([code, body.message]).toEqual([409, `Order ${order_id} is paid at its checkout, and by no trade`])
  }
  expect((await buy()).body.order).toMatchObject({ order_id, status: 'PAID' })
  expect(shop.gateway.ledger.charges()).toHaveLength(1)
})

test('a checkout whose goods were released meanwhile is cancelled, and nothing is charged', async () => {
  const shop = await openShop(routes)
  const { buy, sku } = await buyer(shop, 2)
  const { order_id } = (await buy({ Simulate: 'gateway-failure' })).body
  await shop.post(`/stock/${sku}/release`, { order: order_id })
  const cancelled = await buy()
  expect(cancelled).toMatchObject({ code: 409, body: { order: { order_id, status: 'CANCELLED' } } })
  expect((await buy()).body).toEqual(cancelled.body)
  expect(shop.gateway.ledger.charges()).toEqual([])
  expect(shop.published).toEqual([])
})

test.each(['gateway-lost-reply', 'crash-after-charge'])(
  'a checkout that was charged (%s) is paid, though its goods were released',
  async (accident) => {
    const shop = await openShop(routes)
    const { buy, sku } = await buyer(shop, 2)
    expect((await buy({ Simulate: accident })).code).toBe(500)
    const [order] = (await shop.get(`/stock/${sku}`)).body.orders
    await shop.post(`/stock/${sku}/release`, { order })
    expect(await buy()).toMatchObject({ code: 200, body: { order: { order_id: order, status: 'PAID' } } })
    expect(shop.gateway.ledger.charges()).toHaveLength(1)
    // Whoever ships it finds nothing, and somebody is told so.
    expect(shop.published).toMatchObject([{ topic: 'orders.paid', order }])
  },
)

test('what is not understood is refused, and takes no key', async () => {
  const shop = await openShop(routes)
  const { buy } = await buyer(shop, 5)
  expect((await buy({}, { quantity: 0 })).code).toBe(400)
  expect((await buy({}, { amount: '0' })).code).toBe(400)
  expect((await buy({ Simulate: 'crash-before-lunch' })).code).toBe(400)
  expect((await buy({ 'X-User': '' })).code).toBe(400)
  expect((await buy({ 'Idempotency-Key': '' })).code).toBe(400)
  expect((await buy()).code).toBe(200)
  expect((await buy({}, { quantity: 1 })).code).toBe(422)
})
