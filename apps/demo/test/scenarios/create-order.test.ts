import { randomBytes, randomUUID } from 'node:crypto'
import { TokenIssuer } from '@idem/token'
import { describe, expect, test } from 'vitest'
import { createOrder } from '../../src/scenarios/create-order'
import { type Order, orderPrefix, ordersIn } from '../../src/scenarios/order'
import type { Shop } from '../../src/scenarios/scenario'
import type { Answer } from '../support/demo'
import { everyStore } from '../support/every-store'
import { type OpenShop, openShop } from '../support/shop'

const tokenSecret = randomBytes(32)
const shopping = (shop: Shop) => createOrder(shop, { tokenSecret })
const LAMP = { sku: 'lamp', quantity: 2, amount: 100.5 }

async function tokenOf(shop: OpenShop, user: string): Promise<string> {
  return (await shop.post('/orders/token', {}, { 'X-User': user })).body.token
}

function order(shop: OpenShop, user: string, token: string, body: unknown = LAMP): Promise<Answer> {
  return shop.post('/orders', body, { 'X-User': user, 'Idempotency-Key': token, Prefer: 'wait=20' })
}

async function ordersOf(shop: OpenShop, user: string) {
  return (await shop.get(`/orders?user=${encodeURIComponent(user)}`)).body.orders
}

const problem = (name: string) => ({ type: `urn:idem:problem:${name}` })

test('a token is issued for a user, and for a while', async () => {
  const shop = await openShop(shopping)
  const { code, headers, body } = await shop.post('/orders/token', {}, { 'X-User': 'ann' })
  expect(code).toBe(201)
  expect(headers.get('cache-control')).toBe('no-store')
  expect(body).toMatchObject({ status: 'SUCCESS', token: expect.any(String), expires_in: 900 })
})

test('an order can be looked at by its id, which its Location tells', async () => {
  const shop = await openShop(shopping)
  const made = await order(shop, 'ann', await tokenOf(shop, 'ann'))
  expect(made).toMatchObject({
    code: 201,
    body: { status: 'SUCCESS', message: 'Ordered 2 of lamp for 100.50' },
  })
  expect(made.body.order).toEqual({
    order_id: expect.stringMatching(/^ORD_[0-9a-f]{16}_[\w-]{24}$/),
    user_id: 'ann',
    sku: 'lamp',
    quantity: 2,
    amount: '100.50',
    status: 'PENDING',
    trade_no: null,
    created_at: expect.any(String),
  })
  const found = await shop.get(made.headers.get('location') ?? '')
  expect(found).toMatchObject({ code: 200, body: { status: 'SUCCESS', order: made.body.order } })
  expect((await shop.get('/orders/ORD_none')).code).toBe(404)
  for (const id of ['%00', 'x'.repeat(2000), '%ED%A0%80', ' ']) {
    expect((await shop.get(`/orders/${id}`)).code).toBe(404)
  }
})

describe.each(await everyStore())('in $title', ({ kind, url }) => {
  describe.skipIf(url === undefined)('orders', () => {
    test('fifty duplicates at once, in two processes where they can share it, are one order', async () => {
      const shop = await openShop(shopping, { kind, url })
      const other = kind.shared ? await openShop(shopping, { kind, url }) : shop
      const user = randomUUID()
      const token = await tokenOf(shop, user)
      const answers = await Promise.all(
        Array.from({ length: 25 }, () => [order(shop, user, token), order(other, user, token)]).flat(),
      )
      expect(new Set(answers.map(({ code }) => code))).toEqual(new Set([201]))
      expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1)
      expect(answers.filter(({ headers }) => !headers.has('idempotency-replayed'))).toHaveLength(1)
      expect(await ordersOf(shop, user)).toEqual([answers[0]?.body.order])
    })

    test('two tokens are two orders, of the same thing, too', async () => {
      const shop = await openShop(shopping, { kind, url })
      const user = randomUUID()
      const [one, other] = [await tokenOf(shop, user), await tokenOf(shop, user)]
      const answers = await Promise.all([one, other, one, other].map((token) => order(shop, user, token)))
      expect(new Set(answers.map(({ body }) => body.order.order_id)).size).toBe(2)
      expect(await ordersOf(shop, user)).toHaveLength(2)
    })

    test('an order whose record is lost is found by its id, and no second one is made', async () => {
      const shop = await openShop(shopping, { kind, url })
      const user = randomUUID()
      const token = await tokenOf(shop, user)
      const { body } = await order(shop, user, token)
      for await (const { key } of shop.idem.records()) {
        const [, name, scope, jti = ''] = key.split(':')
        if (scope === user) await shop.idem.forget(jti, { name, scope })
      }
      const again = await order(shop, user, token)
      expect(again.headers.has('idempotency-replayed')).toBe(false)
      expect(again).toMatchObject({ code: 201, body: { order: body.order } })
      expect(await ordersOf(shop, user)).toHaveLength(1)
    })
  })
})

test('an order that follows a lost record with another payload is refused', async () => {
  const shop = await openShop(shopping)
  const token = await tokenOf(shop, 'ann')
  const { body } = await order(shop, 'ann', token)
  for await (const { key } of shop.idem.records()) {
    await shop.idem.forget(key.split(':').at(-1) ?? '', { name: 'order', scope: 'ann' })
  }
  const again = await order(shop, 'ann', token, { ...LAMP, quantity: 3 })
  expect(again).toMatchObject({ code: 422, body: { message: expect.stringContaining('another order') } })
  expect(await ordersOf(shop, 'ann')).toEqual([body.order])
})

test('an attempt that dies after its insert makes no second order', async () => {
  let isDying = true
  const shop = await openShop((shop) =>
    shopping({
      ...shop,
      tables: (name) => {
        const table = shop.tables(name)
        return Object.assign(Object.create(table), {
          get: table.get.bind(table),
          list: table.list.bind(table),
          insert: async (id: string, row: never) => {
            const isNew = await table.insert(id, row)
            if (!isDying) return isNew
            isDying = false
            throw new Error('the reply was lost')
          },
        })
      },
    }),
  )
  const token = await tokenOf(shop, 'ann')
  expect((await order(shop, 'ann', token)).code).toBe(500)
  expect((await order(shop, 'ann', token)).code).toBe(201)
  expect(await ordersOf(shop, 'ann')).toHaveLength(1)
})

describe('a token is refused', () => {
  /** How it is answered, and that nothing was ordered. */
  async function refused(token: (shop: OpenShop) => Promise<string>, code: number, name: string) {
    const shop = await openShop(shopping)
    const answer = await order(shop, 'ann', await token(shop))
    expect(answer).toMatchObject({ code, body: problem(name) })
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(await ordersOf(shop, 'ann')).toEqual([])
  }

  const use = { subject: 'ann', operation: 'create order' }
  const changed = (token: string, part: 0 | 1, change: Record<string, unknown>): string => {
    const parts = token.split('.')
    const told = JSON.parse(Buffer.from(parts[part] ?? '', 'base64url').toString())
    parts[part] = Buffer.from(JSON.stringify({ ...told, ...change })).toString('base64url')
    return parts.join('.')
  }

  test('that another secret has signed', () =>
    refused(() => new TokenIssuer({ secret: randomBytes(32) }).issue(use), 401, 'token-invalid'))

  test('that says it needs no signature', () =>
    refused(
      async (shop) => changed(await tokenOf(shop, 'ann'), 0, { alg: 'none' }).replace(/[^.]*$/, ''),
      401,
      'token-invalid',
    ))

  test('whose user was changed', () =>
    refused(async (shop) => changed(await tokenOf(shop, 'bob'), 1, { sub: 'ann' }), 401, 'token-invalid'))

  test('whose time was changed', () =>
    refused(async (shop) => changed(await tokenOf(shop, 'ann'), 1, { exp: 9e9 }), 401, 'token-invalid'))

  test('that the client made up', () => refused(async () => randomUUID(), 401, 'token-invalid'))

  test('that was issued to another user', () =>
    refused((shop) => tokenOf(shop, 'bob'), 403, 'token-other-subject'))

  test('that was issued for something else', () =>
    refused(
      () => new TokenIssuer({ secret: tokenSecret }).issue({ ...use, operation: 'cancel order' }),
      403,
      'token-other-operation',
    ))

  test('whose time is over', () =>
    refused(
      () => new TokenIssuer({ secret: tokenSecret, now: () => Date.now() - 16 * 60_000 }).issue(use),
      401,
      'token-expired',
    ))
})

test('an order without a token is refused', async () => {
  const shop = await openShop(shopping)
  const answer = await shop.post('/orders', LAMP, { 'X-User': 'ann' })
  expect(answer).toMatchObject({ code: 400, body: problem('key-missing') })
  expect(await ordersOf(shop, 'ann')).toEqual([])
})

test('a token is refused for another order than the first, and for that it still stands', async () => {
  const shop = await openShop(shopping)
  const token = await tokenOf(shop, 'ann')
  const first = await order(shop, 'ann', token)
  for (const change of [{ sku: 'chair' }, { quantity: 3 }, { amount: 100.51 }]) {
    const other = await order(shop, 'ann', token, { ...LAMP, ...change })
    expect(other).toMatchObject({ code: 422, body: problem('key-reused') })
  }
  const again = await order(shop, 'ann', token, { amount: '100.50', quantity: 2, sku: 'lamp' })
  expect(again).toMatchObject({ code: 201, body: first.body })
  expect(await ordersOf(shop, 'ann')).toHaveLength(1)
})

test('all that is wrong with an order is told, and its token is still good', async () => {
  const shop = await openShop(shopping)
  const token = await tokenOf(shop, 'ann')
  const { code, body } = await order(shop, 'ann', token, { sku: ' ', quantity: 0.5, amount: '1e3' })
  expect(code).toBe(400)
  expect(body.errors.map(({ field }: { field: string }) => field)).toEqual(['sku', 'quantity', 'amount'])
  expect((await order(shop, 'ann', token, [])).body.message).toBe('body must be a JSON object; got a list')
  expect((await order(shop, 'ann', token)).code).toBe(201)
})

test.each(['/orders', '/orders/token'])('%s wants to know whose request it is', async (path) => {
  const shop = await openShop(shopping)
  const { code, body } = await shop.post(path, LAMP, { 'Idempotency-Key': 'any' })
  expect(code).toBe(400)
  expect(body.message).toContain('X-User must be text of 1 to 255 characters')
})

test('a user has the own orders only, page by page', async () => {
  const shop = await openShop(shopping)
  for (let made = 0; made < 101; made++) await order(shop, 'ann', await tokenOf(shop, 'ann'))
  await order(shop, 'bob', await tokenOf(shop, 'bob'))
  const first = await shop.get('/orders?user=ann')
  expect(first.body.orders).toHaveLength(100)
  const second = await shop.get(`/orders?user=ann&cursor=${first.body.next_cursor}`)
  expect(second.body).toMatchObject({ orders: [{ user_id: 'ann' }], next_cursor: null })
  const ids = [...first.body.orders, ...second.body.orders].map(({ order_id }) => order_id)
  expect(new Set(ids).size).toBe(101)
  expect(await ordersOf(shop, 'bob')).toHaveLength(1)
  expect((await shop.get('/orders')).body.message).toContain('user must be text')
  expect((await shop.get('/orders?user=ann&cursor=x')).code).toBe(400)
})

test('of users whose prefix is the same, each has the own orders', async () => {
  const shop = await openShop(shopping)
  const { body } = await order(shop, 'ann', await tokenOf(shop, 'ann'))
  const orders = ordersIn(shop.tables)
  const row = (await orders.get(body.order.order_id))?.row as Order
  await orders.insert(`${orderPrefix('ann')}other`, { ...row, user: 'bob' })
  expect(await ordersOf(shop, 'ann')).toEqual([body.order])
})

test('tokens are good for as long as the shop says', async () => {
  const shop = await openShop((shop) => createOrder(shop, { tokenSecret, tokenTtl: '2m' }))
  const { token, expires_in } = (await shop.post('/orders/token', {}, { 'X-User': 'ann' })).body
  const { iat, exp } = JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString())
  expect([expires_in, exp - iat]).toEqual([120, 120])
})
