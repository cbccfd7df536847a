import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createBirpc } from 'birpc'
import { describe, expect, onTestFinished, test } from 'vitest'
import { gatewayDesk } from '../../src/gateway/gateway-desk'
import { checkout } from '../../src/scenarios/checkout'
import { CRASH_POINTS } from '../../src/scenarios/checkout-simulation'
import { type Order, orderPrefix } from '../../src/scenarios/order'
import { stock } from '../../src/scenarios/stock'
import { STORES } from '../../src/stores/stores'
import type { CheckoutErrand, CheckoutParent } from '../support/checkout-link'
import { everyStore, type UsableStore } from '../support/every-store'
import { type OpenShop, openShop } from '../support/shop'
import { launch } from '../support/spawn-demo'

const shared = (await everyStore()).filter(({ kind }) => kind.shared)

/** How a process ended that was sent on an errand: by which signal, and what it has said until then. */
async function sent(shop: OpenShop, errand: CheckoutErrand): Promise<string> {
  const child = launch('test/support/checkout-main.ts', [JSON.stringify(errand)], {}, 'ipc')
  onTestFinished(() => void child.kill('SIGKILL'))
  const desk = gatewayDesk(shop.gateway)
  const answers: CheckoutParent = {
    charge: desk.charge,
    statement: desk.statement,
    callOff: async (id) => desk.callOff(id),
    publish: (topic, message) => shop.publisher.publish(topic, message),
  }
  createBirpc<Record<string, never>, CheckoutParent>(answers, {
    post: (message) => void (child.connected && child.send(message)),
    on: (hear) => void child.on('message', hear),
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text))
  const [, signal] = await once(child, 'close')
  return `${signal}${said}`
}

/** What has really been done for a user. */
async function done(shop: OpenShop, user: string, sku: string) {
  const orders = await shop.tables<Order>('orders').list({ prefix: orderPrefix(user), limit: 10 })
  const [order] = orders
  const told = shop.published.filter((message) => message['order'] === order?.id)
  return {
    orders: orders.length,
    reserved: (await shop.get(`/stock/${sku}`)).body.reserved,
    charges: order === undefined ? 0 : (await shop.gateway.statement(order.id)).count,
    paid: order?.row.status === 'PAID',
    told: told.length,
    // However often it is told: it is the same message.
    messages: new Set(told.map((message) => JSON.stringify(message))).size,
  }
}

/** What is to have been done when so many of the five steps have been. */
const after = (steps: number) => ({
  orders: Number(steps >= 1),
  reserved: steps >= 2 ? 2 : 0,
  charges: Number(steps >= 3),
  paid: steps >= 4,
  told: Number(steps >= 5),
  messages: Number(steps >= 5),
})

async function dieAndGoOn(shop: OpenShop, { kind, url = '' }: UsableStore, point: string, steps: number) {
  const [user, key, sku] = [randomUUID(), randomUUID(), `book-${randomUUID()}`]
  await shop.post(`/stock/${sku}`, { quantity: 5 }, { 'Idempotency-Key': randomUUID() })
  const body = { sku, quantity: 2, amount: '30.00' }
  const headers = { 'Content-Type': 'application/json', 'X-User': user, 'Idempotency-Key': key }
  const store = Object.entries(STORES).find(([, one]) => one === kind)?.[0] ?? ''
  const end = await sent(shop, { store, url, body, headers: { ...headers, Simulate: point } })
  expect([point, end]).toEqual([point, 'SIGKILL'])
  expect([point, await done(shop, user, sku)]).toEqual([point, after(steps)])

  const again = await shop.post('/checkout', body, { ...headers, Prefer: 'wait=20' })
  expect([point, again.code, again.body.order?.status]).toEqual([point, 200, 'PAID'])
  // Told twice only where the first time was done, and its process had no time left to remember.
  const told = point === 'crash-after-publish' ? 2 : 1
  expect([point, await done(shop, user, sku)]).toEqual([point, { ...after(5), told }])
  const replay = await shop.post('/checkout', body, headers)
  expect(replay.headers.get('Idempotency-Replayed')).toBe('true')
  expect(replay.body).toEqual(again.body)
}

describe.each(shared)('a checkout on $title', (store) => {
  test.skipIf(store.url === undefined)(
    'that is killed before or after any step is finished by the retry, and nothing is done twice',
    { timeout: 180_000 },
    async () => {
      const shop = await openShop((shop) => {
        const crash = () => {
          throw new Error('not here')
        }
        return { routes: [...stock(shop).routes, ...checkout(shop, { crash }).routes] }
      }, store)
      expect(CRASH_POINTS).toHaveLength(10)
      const points = [...CRASH_POINTS.entries()]
      // A few processes at a time.
      const lanes = [0, 1, 2].map(async (lane) => {
        for (const [i, point] of points) {
          if (i % 3 === lane) await dieAndGoOn(shop, store, point, Math.ceil(i / 2))
        }
      })
      await Promise.all(lanes)
    },
  )
})
