import { expect, test } from 'vitest'
import { order, startDemo } from '../support/demo'
import { HeldGateway } from '../support/held-gateway'

test('a failure of the gateway fails the payment, and the same token may be tried again', async () => {
  const demo = await startDemo()
  const payment = order()
  const failed = await demo.pay(payment, { Simulate: 'gateway-failure' })
  expect(failed.code).toBe(500)
  expect(failed.body).toEqual({
    status: 'FAILED',
    message: 'The gateway refused the charge',
    request_id: expect.stringMatching(/^REQ_./),
  })
  expect(demo.gateway.ledger.charges()).toHaveLength(0)
  const path = `/payment/status?token=${payment.idempotent_token}`
  expect((await demo.get(path)).body).toMatchObject({
    status: 'FAILED',
    error_message: 'The gateway refused the charge',
    result: null,
    attempt: 1,
  })

  const paid = await demo.pay(payment)
  expect(paid.code).toBe(200)
  expect(paid.headers.get('Idempotency-Replayed')).toBeNull()
  expect(demo.gateway.ledger.charges()).toHaveLength(1)
  expect((await demo.get(path)).body).toMatchObject({ status: 'SUCCESS', error_message: null, attempt: 2 })
})

test('a charge whose reply was lost is not made again by the next attempt', async () => {
  const demo = await startDemo()
  const payment = order()
  const failed = await demo.pay(payment, { Simulate: 'gateway-lost-reply' })
  expect(failed.body).toMatchObject({ status: 'FAILED', message: 'The gateway did not answer' })
  expect(demo.gateway.ledger.charges()).toHaveLength(1)
  expect((await demo.pay(payment)).code).toBe(200)
  expect(demo.gateway.ledger.charges()).toHaveLength(1)
})

test('a gateway that always fails fails every payment', async () => {
  const demo = await startDemo({ gateway: new HeldGateway({ failureRate: 1 }) })
  expect((await demo.pay(order())).body.status).toBe('FAILED')
})

test('what a duplicate waited for is its failure too', async () => {
  const demo = await startDemo()
  const payment = order()
  demo.gateway.hold()
  const first = demo.pay(payment, { Simulate: 'gateway-failure' })
  await demo.gateway.arrival(1)
  const second = demo.pay(payment, { Prefer: 'wait=10' })
  await demo.waiting(1)
  demo.gateway.release()
  const [one, two] = await Promise.all([first, second])
  expect([one.code, two.code]).toEqual([500, 500])
  expect(two.body).toEqual({ ...one.body, request_id: two.body.request_id })
  expect(demo.gateway.arrived).toBe(1)
})

test('a programming error ends as a failure that tells nothing of the inside, and is reported', async () => {
  const bug = new TypeError('cannot read secret of undefined')
  const gateway = new HeldGateway({
    pause: async () => {
      throw bug
    },
  })
  const demo = await startDemo({ gateway })
  const payment = order()
  const failed = await demo.pay(payment)
  expect(failed.code).toBe(500)
  expect(failed.body).toMatchObject({ status: 'FAILED', message: 'The payment failed inside the service' })
  const { body } = await demo.get(`/payment/status?token=${payment.idempotent_token}`)
  expect(body).toMatchObject({ status: 'FAILED', error_message: 'The payment failed inside the service' })
  expect(JSON.stringify([failed.body, body, demo.lines])).not.toContain('secret')
  expect(demo.reports).toEqual([expect.objectContaining({ cause: bug })])
})

test('a failure of the gateway is nothing to report', async () => {
  const demo = await startDemo()
  await demo.pay(order(), { Simulate: 'gateway-failure' })
  expect(demo.reports).toEqual([])
})

test('an unknown simulation is refused, and nothing is charged', async () => {
  const demo = await startDemo()
  const { code, body } = await demo.pay(order(), { Simulate: 'rain' })
  expect(code).toBe(400)
  expect(body.message).toBe(
    'Simulate must be gateway-failure or gateway-lost-reply or crash-before-charge or crash-after-charge; got "rain"',
  )
  expect(demo.gateway.arrived).toBe(0)
})
