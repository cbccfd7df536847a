import { randomUUID } from 'node:crypto'
import { Idem, MemoryStore } from '@idem/core'
import { describe, expect, test } from 'vitest'
import type { Callback } from '../../src/provider/callback'
import { signCallback } from '../../src/provider/provider-signature'
import type { Message } from '../../src/queue/publisher'
import { changeOrder, type Order, type OrderStatus, orderPrefix, ordersIn } from '../../src/scenarios/order'
import { paymentCallback } from '../../src/scenarios/payment-callback'
import type { Shop } from '../../src/scenarios/scenario'
import type { Answer } from '../support/demo'
import { everyStore } from '../support/every-store'
import { type OpenShop, openShop } from '../support/shop'
import { broken, type Faults, withFaults } from '../support/with-faults'

const secret = 'what the provider and the shop know'
const paying = (shop: Shop) => paymentCallback(shop, { secret })

/** An order as it was made, under an id that is new. */
async function newOrder(shop: Shop): Promise<string> {
  const id = orderPrefix('ann') + randomUUID()
  const order: Order = {
    user: 'ann',
    sku: 'lamp',
    quantity: 2,
    amount: '100.50',
    status: 'PENDING',
    tradeNo: null,
    createdAt: '2026-01-31T09:00:00.000Z',
  }
  await ordersIn(shop.tables).insert(id, order)
  return id
}

const told = (order_id: string, change: Partial<Callback> = {}): Callback => ({
  trade_no: `T-${order_id}`,
  order_id,
  status: 'PAID',
  amount: '100.50',
  occurred_at: '2026-01-31T09:30:00Z',
  ...change,
})

const call = (shop: OpenShop, body: unknown, headers?: Record<string, string>): Promise<Answer> =>
  shop.post(
    '/callbacks/payment',
    body,
    headers ?? { 'Provider-Signature': signCallback(secret, JSON.stringify(body)) },
  )

/** Again and again, as a provider does, until it is accepted or refused for good. */
async function untilSettled(shop: OpenShop, callback: Callback): Promise<Answer> {
  const answer = await call(shop, callback)
  return answer.headers.has('retry-after') || answer.code >= 500 ? untilSettled(shop, callback) : answer
}

/** The order's status, and how often its row was written since it was made. */
async function stateOf(shop: Shop, id: string) {
  const found = await ordersIn(shop.tables).get(id)
  return { status: found?.row.status, tradeNo: found?.row.tradeNo, changes: (found?.version ?? 0) - 1 }
}

const unchanged = { status: 'PENDING', tradeNo: null, changes: 0 }

/** For another way of what one callback is, each several times, in an order that differs from run to run. */
const shuffled = <T>(list: readonly T[]): T[] =>
  list
    .map((item) => ({ item, at: Math.random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item)

const times = <T>(count: number, item: T): T[] => Array.from({ length: count }, () => item)

describe.each(await everyStore())('in $title', ({ kind, url }) => {
  describe.skipIf(url === undefined)('callbacks', () => {
    test('of one trade, thirty at once in any order, change the order twice and publish it once', async () => {
      const shop = await openShop(paying, { kind, url })
      const other = kind.shared ? await openShop(paying, { kind, url }) : shop
      const id = await newOrder(shop)
      const callbacks = (['PENDING', 'PAID', 'REFUNDED'] as const).flatMap((status) =>
        times(10, told(id, { status })),
      )
      const answers = await Promise.all(
        shuffled(callbacks).map((callback, at) => untilSettled(at % 2 === 0 ? shop : other, callback)),
      )
      expect(new Set(answers.map(({ code }) => code))).toEqual(new Set([200]))
      expect(await stateOf(shop, id)).toEqual({ status: 'REFUNDED', tradeNo: `T-${id}`, changes: 2 })
      expect([...shop.published, ...(other === shop ? [] : other.published)]).toEqual([
        { topic: 'orders.paid', order: id, user: 'ann', sku: 'lamp', quantity: '2', amount: '100.50' },
      ])
    })

    test('of two trades for one order, at once: one pays it, and the other is refused', async () => {
      const shop = await openShop(paying, { kind, url })
      const id = await newOrder(shop)
      const trades = [told(id, { trade_no: `A-${id}` }), told(id, { trade_no: `B-${id}` })]
      const answers = await Promise.all(
        shuffled(trades.flatMap((trade) => times(10, trade))).map(async (trade) => ({
          trade: trade.trade_no,
          code: (await untilSettled(shop, trade)).code,
        })),
      )
      const state = await stateOf(shop, id)
      expect(state).toMatchObject({ status: 'PAID', changes: 1 })
      for (const { trade, code } of answers) expect(code).toBe(trade === state.tradeNo ? 200 : 409)
      expect(shop.published).toHaveLength(1)
    })

    test('of one trade for two orders, at once: it pays one of them', async () => {
      const shop = await openShop(paying, { kind, url })
      const ids = [await newOrder(shop), await newOrder(shop)]
      const trade_no = `T-${randomUUID()}`
      const callbacks = ids.flatMap((id) => times(5, told(id, { trade_no })))
      const answers = await Promise.all(shuffled(callbacks).map((callback) => untilSettled(shop, callback)))
      expect(answers.map(({ code }) => code).sort()).toEqual([...times(5, 200), ...times(5, 422)])
      const states = await Promise.all(ids.map((id) => stateOf(shop, id)))
      expect(states.map(({ status }) => status).sort()).toEqual(['PAID', 'PENDING'])
    })
  })
})

test('a late PENDING changes nothing, and is told so', async () => {
  const shop = await openShop(paying)
  const id = await newOrder(shop)
  await call(shop, told(id))
  const { code, body } = await call(shop, told(id, { status: 'PENDING' }))
  expect(code).toBe(200)
  expect(body).toMatchObject({
    message: `PENDING changes nothing: order ${id} is PAID`,
    order_status: 'PAID',
  })
  expect(await stateOf(shop, id)).toMatchObject({ status: 'PAID', changes: 1 })
})

test('a duplicate is answered from the record', async () => {
  const shop = await openShop(paying)
  const id = await newOrder(shop)
  const first = await call(shop, told(id))
  const again = await call(shop, told(id, { amount: '100.5', occurred_at: '2026-01-31T10:30:00+01:00' }))
  expect(first.headers.has('idempotency-replayed')).toBe(false)
  expect(again.headers.get('idempotency-replayed')).toBe('true')
  expect([first.body.message, again.body.message]).toEqual(times(2, `Order ${id} became PAID by T-${id}`))
})

test('a refund before its payment comes again, and is applied then', async () => {
  const shop = await openShop(paying)
  const id = await newOrder(shop)
  const refund = told(id, { status: 'REFUNDED' })
  const early = await Promise.all(times(5, refund).map((callback) => call(shop, callback)))
  for (const { code, headers, body } of early) {
    expect({ code, again: headers.get('retry-after'), status: body.status }).toEqual({
      code: 425,
      again: '1',
      status: 'RETRY',
    })
  }
  expect(await stateOf(shop, id)).toEqual(unchanged)
  await call(shop, told(id))
  expect((await call(shop, refund)).code).toBe(200)
  expect(await stateOf(shop, id)).toMatchObject({ status: 'REFUNDED', changes: 2 })
})

describe('a callback is refused, and changes nothing', () => {
  async function refused(change: Partial<Callback>, code: number, message: string) {
    const shop = await openShop(paying)
    const id = await newOrder(shop)
    const answer = await call(shop, told(id, change))
    expect(answer).toMatchObject({
      code,
      body: { status: 'ERROR', message: expect.stringContaining(message) },
    })
    expect(answer.headers.has('retry-after')).toBe(false)
    expect(await stateOf(shop, id)).toEqual(unchanged)
    expect(shop.published).toEqual([])
    // It leaves nothing behind that would stand in the way of the right one.
    expect((await call(shop, told(id))).code).toBe(200)
  }

  test('with a wrong amount', () => refused({ amount: '100.49' }, 422, 'costs another amount'))
  test('for an unknown order', () => refused({ order_id: 'ORD_none' }, 404, 'There is no order ORD_none'))
  test('with a status that there is not', () =>
    refused({ status: 'paid' as 'PAID' }, 400, 'status must be PENDING or'))
  test('at a time that there is not', () =>
    refused({ occurred_at: '2026-02-30' }, 400, 'occurred_at must be a time'))

  test('that tells of a known trade otherwise', async () => {
    const shop = await openShop(paying)
    const id = await newOrder(shop)
    await call(shop, told(id))
    const other = await call(shop, told(id, { occurred_at: '2026-02-01T00:00:00Z' }))
    expect(other).toMatchObject({ code: 422, body: { message: 'This trade was told otherwise before' } })
  })

  test('whose trade has paid another order, however long ago', async () => {
    const shop = await openShop(paying)
    const [one, other] = [await newOrder(shop), await newOrder(shop)]
    await call(shop, told(one))
    await shop.idem.forget([`T-${one}`, 'PAID'], { name: 'payment callback' })
    const { code, body } = await call(shop, told(other, { trade_no: `T-${one}` }))
    expect({ code, message: body.message }).toEqual({
      code: 422,
      message: `Trade T-${one} is of another order`,
    })
    expect(await stateOf(shop, other)).toEqual(unchanged)
  })

  test('of another trade, once the order is paid', async () => {
    const shop = await openShop(paying)
    const id = await newOrder(shop)
    await call(shop, told(id))
    for (const status of ['PAID', 'REFUNDED'] as const) {
      const { code, body } = await call(shop, told(id, { trade_no: 'T2', status }))
      expect({ code, message: body.message }).toEqual({
        code: 409,
        message: 'Another trade has paid this order',
      })
    }
    expect(await stateOf(shop, id)).toEqual({ status: 'PAID', tradeNo: `T-${id}`, changes: 1 })
    expect(shop.published).toHaveLength(1)
  })

  test('for an order that was cancelled', async () => {
    const shop = await openShop(paying)
    const id = await newOrder(shop)
    await changeOrder(ordersIn(shop.tables), id, (order) => ({
      ...order,
      status: 'CANCELLED' as OrderStatus,
    }))
    const answers = await Promise.all(times(3, told(id)).map((callback) => call(shop, callback)))
    for (const { code, body } of answers) {
      expect({ code, message: body.message }).toEqual({
        code: 409,
        message: `Order ${id} is CANCELLED and cannot become PAID`,
      })
    }
    expect(shop.published).toEqual([])
  })
})

describe('a signature', () => {
  test.each([
    ['missing', {}, 'Provider-Signature is missing'],
    ['no signature', { 'Provider-Signature': 'yes' }, 'Provider-Signature must be'],
    [
      'another’s',
      { 'Provider-Signature': signCallback('another secret of them', '{}') },
      'is not the signature',
    ],
    ['old', { 'Provider-Signature': signCallback(secret, '{}', new Date(0)) }, 'too long ago'],
  ])('that is %s is told before anything of the body is', async (_, headers, message) => {
    const shop = await openShop(paying)
    const { code, headers: answered, body } = await call(shop, {}, headers as Record<string, string>)
    expect(code).toBe(401)
    expect(body.message).toContain(message)
    expect(answered.has('www-authenticate')).toBe(true)
    expect((await call(shop, {})).code).toBe(400)
  })

  test('of another body is refused, and nothing happens', async () => {
    const shop = await openShop(paying)
    const id = await newOrder(shop)
    const header = signCallback(secret, JSON.stringify(told(id, { status: 'PENDING' })))
    expect((await call(shop, told(id), { 'Provider-Signature': header })).code).toBe(401)
    expect(await stateOf(shop, id)).toEqual(unchanged)
  })

  test('needs a secret that keeps somebody out', async () => {
    await expect(openShop((shop) => paymentCallback(shop, { secret: '' }))).rejects.toThrow('secret must be')
  })
})

describe('an attempt is cut short', () => {
  /** A publisher that fails once, before or after it has published. */
  function failingOnce(shop: Shop, after: boolean): Shop {
    let isFailing = true
    const publish = async (topic: string, message: Message) => {
      if (isFailing && !after) {
        isFailing = false
        throw new Error('no route to 10.0.0.7')
      }
      await shop.publisher.publish(topic, message)
      if (!isFailing) return
      isFailing = false
      throw new Error('the reply of 10.0.0.7 was lost')
    }
    return { ...shop, publisher: { publish } }
  }

  async function mended(after: boolean): Promise<OpenShop['published']> {
    const shop = await openShop((shop) => paying(failingOnce(shop, after)))
    const id = await newOrder(shop)
    const failed = await Promise.all(times(3, told(id)).map((callback) => call(shop, callback)))
    for (const { code, body } of failed) {
      expect(code).toBe(500)
      expect(JSON.stringify(body)).not.toContain('10.0.0.7')
    }
    expect(shop.reports).toHaveLength(1)
    expect(await stateOf(shop, id)).toMatchObject({ status: 'PAID', changes: 1 })
    expect((await call(shop, told(id))).code).toBe(200)
    expect((await call(shop, told(id))).headers.get('idempotency-replayed')).toBe('true')
    expect(await stateOf(shop, id)).toMatchObject({ status: 'PAID', changes: 1 })
    return shop.published
  }

  test('before it publishes: the next call publishes, and changes the order no more', async () => {
    expect(await mended(false)).toHaveLength(1)
  })

  test('after it has published: the next call publishes the same once more', async () => {
    const [one, other, ...more] = await mended(true)
    expect(one).toEqual(other)
    expect(more).toEqual([])
  })

  test('after the step was saved and before the record: the next call publishes nothing', async () => {
    const faults: Faults = { complete: broken }
    const store = withFaults(new MemoryStore(), faults)
    const idem = new Idem({ store, lease: 100, settleTimeout: 50 })
    const shop = await openShop((shop) => paying({ ...shop, idem }))
    const id = await newOrder(shop)
    expect((await call(shop, told(id))).code).toBe(500)
    expect(shop.published).toHaveLength(1)
    delete faults.complete
    expect((await untilSettled(shop, told(id))).code).toBe(200)
    expect(await stateOf(shop, id)).toMatchObject({ status: 'PAID', changes: 1 })
    expect(shop.published).toHaveLength(1)
  })

  test('before it publishes, and the order is refunded meanwhile: it is still published', async () => {
    const shop = await openShop((shop) => paying(failingOnce(shop, false)))
    const id = await newOrder(shop)
    await call(shop, told(id))
    await call(shop, told(id, { status: 'REFUNDED' }))
    expect((await call(shop, told(id))).code).toBe(200)
    expect(await stateOf(shop, id)).toMatchObject({ status: 'REFUNDED', changes: 2 })
    expect(shop.published).toHaveLength(1)
  })

  test('after its write, whose reply is lost: the next call finds the order paid, and publishes', async () => {
    let isLost = true
    const shop = await openShop((shop) =>
      paying({
        ...shop,
        tables: (name) => {
          const table = shop.tables(name)
          return {
            get: (id) => table.get(id),
            list: (query) => table.list(query),
            insert: (id, row) => table.insert(id, row as never),
            replace: async (id, version, row) => {
              const isWritten = await table.replace(id, version, row as never)
              if (!isLost) return isWritten
              isLost = false
              throw new Error('the reply was lost')
            },
          } as typeof table as never
        },
      }),
    )
    const id = await newOrder(shop)
    expect((await call(shop, told(id))).code).toBe(500)
    expect(shop.published).toEqual([])
    expect((await call(shop, told(id))).code).toBe(200)
    expect(await stateOf(shop, id)).toMatchObject({ status: 'PAID', changes: 1 })
    expect(shop.published).toHaveLength(1)
  })

  test('while another holds it: the provider is told to come again, and never that it is done', async () => {
    let publish = () => {}
    const held = new Promise<void>((resolve) => {
      publish = resolve
    })
    const shop = await openShop((shop) => paying({ ...shop, publisher: { publish: () => held } }))
    const id = await newOrder(shop)
    const first = call(shop, told(id))
    while ((await shop.idem.inspect([`T-${id}`, 'PAID'], { name: 'payment callback' })) === undefined);
    const second = await call(shop, told(id))
    expect({ code: second.code, again: second.headers.get('retry-after') }).toEqual({ code: 409, again: '1' })
    publish()
    expect((await first).code).toBe(200)
  }, 15_000)
})
