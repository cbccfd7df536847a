import { expect, test } from 'vitest'
import { order, startDemo } from '../support/demo'

const CLIENTS = 200

test('a duplicate of a running payment is told so at once, and when to come back', async () => {
  const demo = await startDemo()
  const payment = order()
  demo.gateway.hold()
  const first = demo.pay(payment)
  await demo.gateway.arrival(1)

  const second = await demo.pay(payment)
  expect(second.code).toBe(202)
  expect(second.body).toEqual({
    status: 'PROCESSING',
    message: expect.stringContaining('running'),
    request_id: expect.stringMatching(/^REQ_./),
  })
  expect(second.headers.get('Retry-After')).toBe('1')
  expect((await demo.get(`/payment/status?token=${payment.idempotent_token}`)).body).toMatchObject({
    status: 'PROCESSING',
    result: null,
    error_message: null,
    attempt: 1,
  })

  demo.gateway.release()
  expect((await demo.pay(payment, { Prefer: 'wait=10' })).body.order_id).toBe((await first).body.order_id)
})

test('a duplicate that prefers to wait gets the answer', async () => {
  const demo = await startDemo()
  const payment = order()
  demo.gateway.hold()
  const first = demo.pay(payment)
  await demo.gateway.arrival(1)
  const second = demo.pay(payment, { Prefer: 'wait=10' })
  await demo.waiting(1)
  demo.gateway.release()

  const { code, body, headers } = await second
  expect(code).toBe(200)
  expect(body.order_id).toBe((await first).body.order_id)
  expect(headers.get('Idempotency-Replayed')).toBe('true')
  expect(headers.get('Preference-Applied')).toBe('wait=10')
})

test('a duplicate that has waited long enough is told that the payment runs', async () => {
  const demo = await startDemo()
  const payment = order()
  demo.gateway.hold()
  const first = demo.pay(payment)
  await demo.gateway.arrival(1)
  const start = performance.now()
  const { code, headers } = await demo.pay(payment, { Prefer: 'wait=1' })
  expect(performance.now() - start).toBeGreaterThan(950)
  expect(code).toBe(202)
  expect(headers.get('Preference-Applied')).toBe('wait=1')
  demo.gateway.release()
  expect((await first).code).toBe(200)
})

test('no client waits longer than half a minute, whatever it prefers', async () => {
  const demo = await startDemo()
  const { headers } = await demo.pay(order(), { Prefer: 'wait=31' })
  expect(headers.get('Preference-Applied')).toBe('wait=30')
})

test('200 clients at once that wait: one charge, and the same answer for all', async () => {
  const demo = await startDemo()
  const payment = order()
  demo.gateway.hold()
  const answers = Array.from({ length: CLIENTS }, () => demo.pay(payment, { Prefer: 'wait=10' }))
  await demo.waiting(CLIENTS - 1)
  demo.gateway.release()

  const all = await Promise.all(answers)
  expect(new Set(all.map(({ code }) => code))).toEqual(new Set([200]))
  expect(new Set(all.map(({ body }) => body.request_id)).size).toBe(CLIENTS)
  const told = all.map(({ body: { request_id, ...rest } }) => JSON.stringify(rest))
  expect(new Set(told).size).toBe(1)
  expect(all.filter(({ headers }) => headers.get('Idempotency-Replayed') === 'true')).toHaveLength(
    CLIENTS - 1,
  )
  expect(demo.gateway.ledger.charges()).toHaveLength(1)
  expect(demo.gateway.arrived).toBe(1)
})

test('200 clients at once that do not wait: one pays, the others are told so and get the same answer later', async () => {
  const demo = await startDemo()
  const payment = order()
  demo.gateway.hold()
  const answers = Array.from({ length: CLIENTS }, () => demo.pay(payment))
  const told = Promise.all(answers.map(async (answer) => (await answer).code))
  await Promise.all([demo.gateway.arrival(1), settled(answers, CLIENTS - 1)])
  demo.gateway.release()
  expect((await told).sort()).toEqual([200, ...Array(CLIENTS - 1).fill(202)])

  const later = await Promise.all(Array.from({ length: CLIENTS }, () => demo.pay(payment)))
  expect(new Set(later.map(({ code }) => code))).toEqual(new Set([200]))
  expect(new Set(later.map(({ body }) => body.order_id)).size).toBe(1)
  expect(demo.gateway.ledger.charges()).toHaveLength(1)
  expect(demo.gateway.arrived).toBe(1)
})

test('a client that hangs up does not stop its payment', async () => {
  const demo = await startDemo()
  const payment = order()
  demo.gateway.hold()
  const client = new AbortController()
  const gone = demo.request('/payment', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(payment),
    signal: client.signal,
  })
  await demo.gateway.arrival(1)
  client.abort()
  await expect(gone).rejects.toThrow()
  const again = demo.pay(payment, { Prefer: 'wait=10' })
  await demo.waiting(1)
  demo.gateway.release()
  expect(await again).toMatchObject({ code: 200 })
  expect(demo.gateway.arrived).toBe(1)
})

/** Resolves as soon as so many of the promises have. */
function settled(promises: readonly Promise<unknown>[], count: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let left = count
    for (const promise of promises) {
      promise.then(() => {
        left -= 1
        if (left === 0) resolve()
      }, reject)
    }
  })
}
