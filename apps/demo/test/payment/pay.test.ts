import { expect, test } from 'vitest'
import { order, startDemo } from '../support/demo'

test('a payment is answered with its order', async () => {
  const demo = await startDemo()
  const { code, body, headers } = await demo.pay(order())
  expect(code).toBe(200)
  expect(body).toEqual({
    status: 'SUCCESS',
    message: 'Paid 100.50 for user_123',
    order_id: expect.stringMatching(/^PAY_./),
    request_id: expect.stringMatching(/^REQ_./),
  })
  expect(headers.get('Content-Type')).toBe('application/json')
  expect(headers.get('Idempotency-Replayed')).toBeNull()
})

test('the same token pays once and gets the same order, under another request id', async () => {
  const demo = await startDemo()
  const payment = order()
  const first = await demo.pay(payment)
  const second = await demo.pay(payment)
  expect(second.code).toBe(200)
  expect(second.headers.get('Idempotency-Replayed')).toBe('true')
  expect(second.body).toEqual({ ...first.body, request_id: expect.stringMatching(/^REQ_./) })
  expect(second.body.request_id).not.toBe(first.body.request_id)
  expect(demo.gateway.ledger.charges()).toHaveLength(1)
})

test('two tokens are two payments of the same amount', async () => {
  const demo = await startDemo()
  const [one, two] = [await demo.pay(order()), await demo.pay(order())]
  expect(one.body.order_id).not.toBe(two.body.order_id)
  expect(demo.gateway.ledger.charges()).toHaveLength(2)
})

test.each(['100.50', '100.5', 100.5])(
  'the amount %j is the same amount however it is written',
  async (amount) => {
    const demo = await startDemo()
    const payment = order({ amount: '100.50' })
    await demo.pay(payment)
    const again = await demo.pay({ ...payment, amount })
    expect(again.headers.get('Idempotency-Replayed')).toBe('true')
  },
)

test('another description is the same payment', async () => {
  const demo = await startDemo()
  const payment = order()
  await demo.pay(payment)
  const again = await demo.pay({ ...payment, description: 'another' })
  expect(again.headers.get('Idempotency-Replayed')).toBe('true')
})

test.each([{ amount: 100.51 }, { user_id: 'user_124' }])(
  'the token with %j instead is refused',
  async (change) => {
    const demo = await startDemo()
    const payment = order()
    const first = await demo.pay(payment)
    const other = await demo.pay({ ...payment, ...change })
    expect(other.code).toBe(422)
    expect(other.body).toMatchObject({
      status: 'ERROR',
      message: expect.stringContaining('another request'),
    })
    expect(demo.gateway.ledger.charges()).toHaveLength(1)
    expect((await demo.pay(payment)).body.order_id).toBe(first.body.order_id)
  },
)

test('the token with another amount is refused while the payment runs', async () => {
  const demo = await startDemo()
  const payment = order()
  demo.gateway.hold()
  const first = demo.pay(payment)
  await demo.gateway.arrival(1)
  expect((await demo.pay({ ...payment, amount: 1 }, { Prefer: 'wait=10' })).code).toBe(422)
  demo.gateway.release()
  expect((await first).code).toBe(200)
})

test('the handler is told of the charge by the key of the payment, not by its token', async () => {
  const demo = await startDemo()
  const payment = order()
  await demo.pay(payment)
  const [charge] = demo.gateway.ledger.charges(payment.idempotent_token)
  expect(charge?.idempotencyKey).not.toContain(payment.idempotent_token)
})
