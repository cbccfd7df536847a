import { MemoryStore } from '@idem/core'
import { expect, test } from 'vitest'
import { order, startDemo } from '../support/demo'

/** The stored key of a payment that was made. */
const keyOf = (payment: { idempotent_token: string }) => `payments:payment::${payment.idempotent_token}`

test('a running record is shown with its owner and what is left of its lease, and then with its steps and value', async () => {
  const demo = await startDemo()
  const payment = order()
  demo.gateway.hold()
  const paying = demo.pay(payment)
  await demo.gateway.arrival(1)
  const key = encodeURIComponent(keyOf(payment))
  const running = (await demo.get(`/records/record?key=${key}`)).body.record
  expect(running).toMatchObject({ key: keyOf(payment), state: 'running', attempt: 1, value: null, steps: [] })
  expect(running.owner).toMatch(/^[\w-]{16}$/)
  expect(running.leaseMs).toBeGreaterThan(0)
  expect((await demo.get('/records?state=running')).body.records).toHaveLength(1)
  demo.gateway.release()
  const { body } = await paying
  const paid = (await demo.get(`/records/record?key=${key}`)).body.record
  expect(paid).toMatchObject({
    state: 'succeeded',
    value: { order_id: body.order_id },
    steps: [{ name: 'charge' }],
  })
  expect((await demo.get('/records?state=running')).body.records).toEqual([])
})

test('records come page by page', async () => {
  const demo = await startDemo()
  await Promise.all(Array.from({ length: 60 }, () => demo.pay(order())))
  const first = (await demo.get('/records?prefix=payments:')).body
  expect(first.records).toHaveLength(50)
  const second = (await demo.get(`/records?prefix=payments:&cursor=${first.next_cursor}`)).body
  expect(second).toMatchObject({ next_cursor: null })
  const keys = [...first.records, ...second.records].map(({ key }: { key: string }) => key)
  expect(new Set(keys).size).toBe(60)
  expect((await demo.get('/records?prefix=shop:')).body.records).toEqual([])
})

test('an abandoned attempt is resolved: whoever asks gets the value, and nothing is charged', async () => {
  const store = new MemoryStore()
  const demo = await startDemo({ store })
  const payment = order()
  const key = keyOf(payment)
  await store.claim({
    key,
    owner: 'a process that died',
    leaseMs: 1,
    keepMs: 60_000,
    maxAttempts: Number.POSITIVE_INFINITY,
    onAbandoned: 'takeover',
  })
  await expect.poll(async () => (await store.get(key))?.state).toBe('abandoned')
  const value = {
    order_id: 'PAY_1',
    charge_id: '1',
    amount: '100.50',
    user_id: 'user_123',
    description: 'test',
  }
  expect(await demo.post('/records/resolve', { key, value })).toMatchObject({ code: 200 })
  expect(await demo.post('/records/resolve', { key, value })).toMatchObject({ code: 409 })
  expect(await demo.pay(payment)).toMatchObject({ code: 200, body: { order_id: 'PAY_1' } })
  expect(demo.gateway.arrived).toBe(0)
})

test('a running record is neither resolved nor forgotten', async () => {
  const demo = await startDemo()
  const payment = order()
  demo.gateway.hold()
  const paying = demo.pay(payment)
  await demo.gateway.arrival(1)
  const refused = await demo.post('/records/resolve', { key: keyOf(payment), value: 1 })
  expect(refused).toMatchObject({ code: 409 })
  expect(await demo.post('/records/forget', { key: keyOf(payment) })).toMatchObject({ code: 409 })
  demo.gateway.release()
  expect((await paying).code).toBe(200)
})

test('a forgotten record runs again', async () => {
  const demo = await startDemo()
  const payment = order()
  await demo.pay(payment)
  expect(await demo.post('/records/forget', { key: keyOf(payment) })).toMatchObject({ code: 200 })
  expect(await demo.post('/records/forget', { key: keyOf(payment) })).toMatchObject({ code: 404 })
  expect((await demo.pay(payment)).headers.get('Idempotency-Replayed')).toBeNull()
})

test('what there is no record of is told', async () => {
  const demo = await startDemo()
  expect(await demo.get('/records/record?key=x')).toMatchObject({ code: 404 })
  expect(await demo.post('/records/resolve', { key: 'x', value: 1 })).toMatchObject({ code: 404 })
})

test.each([
  ['/records?state=asleep', 'state'],
  ['/records?cursor=x', 'cursor'],
  ['/records/record', 'key'],
])('%s is refused', async (path, field) => {
  const demo = await startDemo()
  expect(await demo.get(path)).toMatchObject({ code: 400, body: { errors: [{ field }] } })
})

test('what is to be resolved or forgotten must be said', async () => {
  const demo = await startDemo()
  expect(await demo.post('/records/resolve', {})).toMatchObject({
    code: 400,
    body: { errors: [{ field: 'key' }, { field: 'value' }] },
  })
  expect(await demo.post('/records/forget', {})).toMatchObject({ code: 400 })
})
