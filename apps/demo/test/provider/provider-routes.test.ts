import { randomBytes, randomUUID } from 'node:crypto'
import { describe, expect, onTestFinished, test } from 'vitest'
import { listen } from '../../src/http/server'
import { simulatedProvider } from '../../src/provider/provider-routes'
import { createOrder } from '../../src/scenarios/create-order'
import { paymentCallback } from '../../src/scenarios/payment-callback'
import { everyStore, type UsableStore } from '../support/every-store'
import { type OpenShop, openShop } from '../support/shop'

const secret = 'what the provider and the shop know'

/** The shop on a port, where its provider finds it, and an order. */
async function shopWithOrder(store?: UsableStore): Promise<{ shop: OpenShop; id: string }> {
  let url = ''
  const shop = await openShop((shop) => {
    const provider = simulatedProvider(shop, { secret, url: () => `${url}/callbacks/payment` })
    const routes = [
      ...createOrder(shop, { tokenSecret: randomBytes(32) }).routes,
      ...paymentCallback(shop, { secret }).routes,
      ...provider.routes,
    ]
    return { ...provider, routes }
  }, store)
  const server = await listen(shop.fetch, { host: '127.0.0.1', port: 0 })
  url = server.url
  onTestFinished(async () => {
    server.cut()
    await server.drain()
  })
  const user = { 'X-User': randomUUID() }
  const { token } = (await shop.post('/orders/token', {}, user)).body
  const body = { sku: 'lamp', quantity: 1, amount: '9.90' }
  const { order } = (await shop.post('/orders', body, { ...user, 'Idempotency-Key': token })).body
  return { shop, id: order.order_id }
}

describe.each(await everyStore())('in $title', (store) => {
  describe.skipIf(store.url === undefined)('a trade', () => {
    test('pays its order, however often it is told', async () => {
      const { shop, id } = await shopWithOrder(store)
      const { code, body } = await shop.post('/provider/trades', { order_id: id, duplicates: 15 })
      expect(code).toBe(200)
      expect(body).toMatchObject({
        message: expect.stringContaining('for 30 callbacks, of which 30 were accepted'),
        answers: { PENDING: { 200: 15 }, PAID: { 200: 15 } },
        order: { order_id: id, status: 'PAID', trade_no: body.trade_no },
      })
      expect(shop.published).toMatchObject([{ topic: 'orders.paid', order: id, amount: '9.90' }])
    })

    test('that is refunded is paid before', async () => {
      const { shop, id } = await shopWithOrder(store)
      const { body } = await shop.post('/provider/trades', { order_id: id, duplicates: 5, refund: true })
      expect(body.answers).toMatchObject({ PENDING: { 200: 5 }, PAID: { 200: 5 }, REFUNDED: { 200: 5 } })
      expect(body.order.status).toBe('REFUNDED')
      expect(shop.published).toHaveLength(1)
    })
  })
})

test('a second trade for a paid order is refused', async () => {
  const { shop, id } = await shopWithOrder()
  const { trade_no } = (await shop.post('/provider/trades', { order_id: id })).body
  const { body } = await shop.post('/provider/trades', { order_id: id })
  expect(body.answers).toEqual({ PENDING: { 200: 3 }, PAID: { 409: 3 } })
  expect(body.order).toMatchObject({ status: 'PAID', trade_no })
})

test('there is no trade for an unknown order', async () => {
  const { shop } = await shopWithOrder()
  expect((await shop.post('/provider/trades', { order_id: 'ORD_none' })).code).toBe(404)
})

test('all that is wrong with a trade is told', async () => {
  const { shop } = await shopWithOrder()
  const { code, body } = await shop.post('/provider/trades', { duplicates: 101, refund: 'yes' })
  expect(code).toBe(400)
  expect(body.errors.map(({ field }: { field: string }) => field)).toEqual([
    'order_id',
    'duplicates',
    'refund',
  ])
})
