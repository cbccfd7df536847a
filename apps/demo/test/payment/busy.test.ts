import { MemoryStore } from '@idem/core'
import { expect, test } from 'vitest'
import { order, startDemo } from '../support/demo'
import { broken, withFaults } from '../support/with-faults'

test('a payment too many is told to come back, and nothing is recorded', async () => {
  const demo = await startDemo({ maxRunning: 1 })
  demo.gateway.hold()
  const running = demo.pay(order())
  await demo.gateway.arrival(1)

  const payment = order()
  const { code, body, headers } = await demo.pay(payment)
  expect(code).toBe(429)
  expect(body).toEqual({
    status: 'RETRY',
    message: 'Too many payments are running',
    request_id: expect.stringMatching(/^REQ_./),
  })
  expect(headers.get('Retry-After')).toBe('1')
  expect((await demo.get(`/payment/status?token=${payment.idempotent_token}`)).code).toBe(404)

  demo.gateway.release()
  expect((await running).code).toBe(200)
  expect((await demo.pay(payment)).code).toBe(200)
})

test('however busy it is, what needs no room is answered', async () => {
  const demo = await startDemo({ maxRunning: 1 })
  const paid = order()
  const { body } = await demo.pay(paid)
  demo.gateway.hold()
  const current = order()
  const running = demo.pay(current)
  await demo.gateway.arrival(2)

  const replayed = await demo.pay(paid)
  expect(replayed).toMatchObject({ code: 200, body: { order_id: body.order_id } })
  expect((await demo.pay({ ...paid, amount: 1 })).code).toBe(422)
  expect((await demo.pay(current)).code).toBe(202)
  demo.gateway.release()
  await running
})

test('a payment that failed needs room to be tried again', async () => {
  const demo = await startDemo({ maxRunning: 1 })
  const failed = order()
  await demo.pay(failed, { Simulate: 'gateway-failure' })
  demo.gateway.hold()
  const running = demo.pay(order())
  await demo.gateway.arrival(2)
  expect((await demo.pay(failed)).code).toBe(429)
  demo.gateway.release()
  await running
})

test('a client too many that wants to wait is told to come back', async () => {
  const demo = await startDemo({ maxWaiting: 1 })
  const payment = order()
  demo.gateway.hold()
  const running = demo.pay(payment)
  await demo.gateway.arrival(1)
  const waiting = demo.pay(payment, { Prefer: 'wait=10' })
  await demo.waiting(1)
  const refused = await demo.pay(payment, { Prefer: 'wait=10' })
  expect(refused).toMatchObject({
    code: 429,
    body: { status: 'RETRY', message: 'Too many clients are waiting' },
  })
  expect(refused.headers.get('Retry-After')).toBe('1')
  demo.gateway.release()
  expect(await Promise.all([running, waiting])).toMatchObject([{ code: 200 }, { code: 200 }])
})

test('a payment that is taken over by a client that waited for it takes up room', async () => {
  let now = 0
  const store = new MemoryStore({ clock: () => now })
  const dying = await startDemo({ store: withFaults(store, { extend: broken }), leaseMs: 100 })
  const demo = await startDemo({ store, maxRunning: 1 })
  dying.gateway.hold()
  demo.gateway.hold()
  const payment = order()
  const lost = dying.pay(payment)
  await dying.gateway.arrival(1)
  const waiting = demo.pay(payment, { Prefer: 'wait=10' })
  await demo.waiting(1)
  now += 100
  await demo.gateway.arrival(1)
  expect((await demo.get('/health')).body.payments.running).toBe(1)
  expect((await demo.pay(order())).code).toBe(429)

  demo.gateway.release()
  expect((await waiting).code).toBe(200)
  expect((await demo.pay(order())).code).toBe(200)
  dying.gateway.release()
  await lost
})

test('room that was used is free again, also after failures', async () => {
  const demo = await startDemo({ maxRunning: 1 })
  await demo.pay(order(), { Simulate: 'gateway-failure' })
  await demo.pay(order())
  expect((await demo.pay(order())).code).toBe(200)
})
