import { beforeAll, describe, expect, test, vi } from 'vitest'
import type { Receipt } from '../../src/payment/charge-card'
import { bookStores } from '../support/book-stores'
import { order } from '../support/demo'
import { startWithBook } from '../support/opened'

vi.setConfig({ testTimeout: 30_000 })

const stores = await bookStores()

const receipt = (id: number): Receipt => ({
  order_id: `PAY_${id}`,
  charge_id: String(id),
  amount: '1.00',
  user_id: 'user_123',
  description: '',
})

for (const store of stores)
  describe.skipIf(store.server === undefined)(`payments in ${store.title}`, () => {
    const { kind, server, env, entries } = store
    const start = () => startWithBook(kind, server?.url)

    beforeAll(async () => {
      await kind.locate(env)
    })

    test('twenty processes that start at once on an empty database find it ready', async () => {
      await store.clear()
      await Promise.all(Array.from({ length: 20 }, () => kind.locate(env)))
      expect(await entries()).toEqual([])
      expect((await (await start()).pay(order())).code).toBe(200)
    })

    test('a payment is one entry, which tells what its receipt tells', async () => {
      const demo = await start()
      const payment = order({ amount: '0.07' })
      const paid = await demo.pay(payment)
      await demo.pay(payment)
      const token = payment.idempotent_token
      const { body } = await demo.get(`/payment/book?token=${token}`)
      expect(body).toMatchObject({ status: 'SUCCESS', message: '1 payment', count: 1 })
      const { result } = (await demo.get(`/payment/status?token=${token}`)).body
      expect(result.order_id).toBe(paid.body.order_id)
      expect(body.payments).toEqual([{ ...result, idempotent_token: token, paid_at: expect.any(String) }])
      expect(await entries(token)).toMatchObject([{ ...result, amount: '0.07', token }])
    })

    test('the largest amount that may be paid has room', async () => {
      const demo = await start()
      const payment = order({ amount: '1000000000000' })
      expect((await demo.pay(payment)).code).toBe(200)
      expect(await entries(payment.idempotent_token)).toMatchObject([{ amount: '1000000000000.00' }])
    })

    test('a payment that fails is recorded as failed, and has no entry until it is paid', async () => {
      const demo = await start()
      const payment = order()
      const token = payment.idempotent_token
      expect((await demo.pay(payment, { Simulate: 'gateway-failure' })).code).toBe(500)
      expect((await demo.get(`/payment/status?token=${token}`)).body).toMatchObject({ status: 'FAILED' })
      expect(await entries(token)).toEqual([])
      expect((await demo.pay(payment)).code).toBe(200)
      expect(await entries(token)).toHaveLength(1)
    })

    test('while the gateway takes its time, the payment is seen running', async () => {
      const demo = await start()
      const payment = order()
      demo.gateway.hold()
      const paying = demo.pay(payment)
      await demo.gateway.arrival(1)
      const { body } = await demo.get(`/payment/status?token=${payment.idempotent_token}`)
      expect(body).toMatchObject({ status: 'PROCESSING', result: null, attempt: 1 })
      expect(await demo.pay(payment)).toMatchObject({ code: 202, body: { status: 'PROCESSING' } })
      demo.gateway.release()
      expect((await paying).code).toBe(200)
    })

    test('the records that go with entries are not those of payments', async () => {
      const demo = await start()
      const payment = order()
      await demo.pay(payment)
      const { records } = (await demo.get('/payment/records?limit=100')).body
      const same = records.filter((record: { idempotent_key: string }) => {
        return record.idempotent_key === payment.idempotent_token
      })
      expect(same).toHaveLength(1)
    })

    test('a token is remembered for as long as its entry', async () => {
      const demo = await start()
      await demo.pay(order())
      const { records } = await demo.store.list({ prefix: '', limit: 1000 })
      const settled = records.filter(({ state }) => state === 'succeeded')
      expect(settled.length).toBeGreaterThanOrEqual(2)
      expect(settled.filter(({ expiresAt }) => expiresAt !== Number.POSITIVE_INFINITY)).toEqual([])
    })

    test('however many enter a payment at once, one entry is made, and all are given its receipt', async () => {
      const [{ book }, { book: other }] = [await start(), await start()]
      const { idempotent_token: token } = order()
      const given = await Promise.all(
        Array.from({ length: 40 }, (_, id) => (id % 2 === 0 ? book : other).enter(token, receipt(id))),
      )
      const [entry, ...more] = await entries(token)
      expect(more).toEqual([])
      expect(new Set(given.map(({ order_id }) => order_id))).toEqual(new Set([entry?.order_id]))
    })

    test('where the entry cannot be made, nothing is recorded of it either', async () => {
      const demo = await start()
      const payment = order()
      const token = payment.idempotent_token
      // As of a payment whose records somebody has lost.
      await store.enter(token, { ...receipt(0), order_id: 'earlier', charge_id: 'earlier' })
      const { code, body } = await demo.pay(payment)
      expect(code).toBe(500)
      expect(body).toMatchObject({ status: 'FAILED', message: 'The payment failed inside the service' })
      expect(demo.reports).toHaveLength(1)
      expect(await entries(token)).toMatchObject([{ order_id: 'earlier' }])
      const recorded = async () => {
        const { records } = await demo.store.list({ prefix: 'book:', limit: 1000 })
        return records.filter(({ key }) => key.includes(token)).map(({ state }) => state)
      }
      expect(await recorded()).toEqual([])
      await store.remove(token)
      expect((await demo.pay(payment)).code).toBe(200)
      expect(await recorded()).toEqual(['succeeded'])
      expect(demo.gateway.ledger.charges(token)).toHaveLength(1)
    })

    test('the book shows the newest hundred, and counts all', async () => {
      const demo = await start()
      await Promise.all(Array.from({ length: 101 }, () => demo.pay(order())))
      const last = order()
      await demo.pay(last)
      const { body } = await demo.get('/payment/book')
      expect(body.count).toBe((await entries()).length)
      expect(body.payments).toHaveLength(100)
      expect(body.payments[0].idempotent_token).toBe(last.idempotent_token)
      expect(await demo.get('/payment/book?token=%07')).toMatchObject({ code: 400 })
      expect((await demo.get('/payment/book?token=never')).body).toMatchObject({ count: 0, payments: [] })
    })

    test('a payment that is charged while the server is away is made by the retry: one charge, one entry', async () => {
      const demo = await start()
      const payment = order()
      const token = payment.idempotent_token
      demo.gateway.hold()
      const paying = demo.pay(payment)
      await demo.gateway.arrival(1)
      await server?.leave()
      demo.gateway.release()
      // It is not made before it is entered.
      expect(await paying).toMatchObject({ code: 503, body: { status: 'RETRY' } })
      expect(demo.gateway.ledger.charges(token)).toHaveLength(1)

      await server?.comeBack()
      await demo.recovered()
      expect(await entries(token)).toEqual([])
      expect(await demo.pay(payment, { Prefer: 'wait=20' })).toMatchObject({ code: 200 })
      expect(demo.gateway.ledger.charges(token)).toHaveLength(1)
      expect(await entries(token)).toHaveLength(1)
    })
  })
