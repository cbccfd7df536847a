import { MemoryStore } from '@idem/core'
import { expect, test } from 'vitest'
import { order, startDemo } from '../support/demo'
import { broken, type Faults, silent, withFaults } from '../support/with-faults'

const storeTimeoutMs = 50

test.each([
  ['fails', broken],
  ['is silent', silent],
])('nothing is charged when the store %s', async (_how, fault) => {
  const demo = await startDemo({ store: withFaults(new MemoryStore(), { claim: fault }), storeTimeoutMs })
  const { code, body, headers } = await demo.pay(order())
  expect(code).toBe(503)
  expect(body).toMatchObject({ status: 'RETRY', message: expect.stringContaining('cannot be reached') })
  expect(headers.get('Retry-After')).toBe('1')
  expect(demo.gateway.arrived).toBe(0)
  expect(JSON.stringify(body)).not.toContain('10.0.0.7')
  expect(demo.reports).toMatchObject([{ code: 'STORE' }])
})

test.each(['get', 'list'] as const)('a look at records is told when the store cannot %s', async (call) => {
  const demo = await startDemo({ store: withFaults(new MemoryStore(), { [call]: broken }), storeTimeoutMs })
  const { code, body } = await demo.get(call === 'get' ? '/payment/status?token=a' : '/payment/records')
  expect(code).toBe(503)
  expect(body.status).toBe('RETRY')
})

test('a payment that is charged but not recorded is answered as what it is, and the next attempt charges nothing', async () => {
  const faults: Faults = { complete: broken }
  let now = 1_000_000
  const demo = await startDemo({
    store: withFaults(new MemoryStore({ clock: () => now }), faults),
    storeTimeoutMs,
  })
  const payment = order()
  const start = performance.now()
  const first = await demo.pay(payment)
  expect(first).toMatchObject({ code: 200, body: { status: 'SUCCESS' } })
  // Twice the time of one call, and not the five seconds that are usual elsewhere.
  expect(performance.now() - start).toBeLessThan(4500)
  expect(demo.reports).toMatchObject([{ code: 'UNSETTLED' }])
  expect(demo.lines.at(-1)).toContain('executed, not recorded')

  delete faults.complete
  now += 60_000
  const second = await demo.pay(payment)
  expect(second).toMatchObject({ code: 200, body: { order_id: first.body.order_id } })
  expect(demo.gateway.ledger.charges()).toHaveLength(1)
})

test('a charge that cannot be saved as a step is still recorded with the payment', async () => {
  const demo = await startDemo({ store: withFaults(new MemoryStore(), { saveStep: broken }), storeTimeoutMs })
  const payment = order()
  const first = await demo.pay(payment)
  expect(first.code).toBe(200)
  const second = await demo.pay(payment)
  expect(second.headers.get('Idempotency-Replayed')).toBe('true')
  expect(second.body.order_id).toBe(first.body.order_id)
})

test('a store that is lost after the charge, for good, does not make the client pay again', async () => {
  const faults: Faults = { saveStep: broken, complete: broken, fail: broken }
  let now = 1_000_000
  const demo = await startDemo({
    store: withFaults(new MemoryStore({ clock: () => now }), faults),
    storeTimeoutMs,
  })
  const payment = order()
  const first = await demo.pay(payment)
  expect(first.code).toBe(200)
  for (const call of ['saveStep', 'complete', 'fail'] as const) delete faults[call]
  now += 60_000
  const second = await demo.pay(payment)
  expect(second.body.order_id).toBe(first.body.order_id)
  expect(demo.gateway.ledger.charges()).toHaveLength(1)
})
