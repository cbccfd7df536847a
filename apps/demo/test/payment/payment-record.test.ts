import { MemoryStore } from '@idem/core'
import { expect, test } from 'vitest'
import { order, startDemo } from '../support/demo'

test('the status of a token is its record', async () => {
  const demo = await startDemo()
  const before = Date.now()
  const payment = order()
  const paid = await demo.pay(payment)
  const { code, body } = await demo.get(`/payment/status?token=${payment.idempotent_token}`)
  expect(code).toBe(200)
  expect(body).toEqual({
    status: 'SUCCESS',
    message: 'The payment went through',
    request_id: expect.stringMatching(/^REQ_./),
    idempotent_key: payment.idempotent_token,
    result: {
      order_id: paid.body.order_id,
      charge_id: expect.any(String),
      amount: '100.50',
      user_id: 'user_123',
      description: 'test',
    },
    created_at: expect.any(String),
    updated_at: expect.any(String),
    error_message: null,
    attempt: 1,
  })
  expect(Date.parse(body.created_at)).toBeGreaterThanOrEqual(before)
  expect(Date.parse(body.updated_at)).toBeLessThanOrEqual(Date.now())
})

test('an unknown token has no status', async () => {
  const demo = await startDemo()
  const { code, body } = await demo.get('/payment/status?token=never')
  expect(code).toBe(404)
  expect(body).toMatchObject({ status: 'ERROR', message: 'No payment is known under this token' })
})

test.each(['', '?token=', '?token=%20', '?token=%07', `?token=${'x'.repeat(256)}`])(
  'the status of %j is refused',
  async (query) => {
    const demo = await startDemo()
    const { code, body } = await demo.get(`/payment/status${query}`)
    expect(code).toBe(400)
    expect(body.message).toContain('token must be text of 1 to 255 characters')
  },
)

test('a payment whose process died is unknown, until the token is tried again', async () => {
  let now = 1_000_000
  const demo = await startDemo({ store: new MemoryStore({ clock: () => now }) })
  const payment = order()
  demo.gateway.hold()
  const running = demo.pay(payment)
  await demo.gateway.arrival(1)
  now += 60_000
  const { body } = await demo.get(`/payment/status?token=${payment.idempotent_token}`)
  expect(body).toMatchObject({ status: 'UNKNOWN', result: null, attempt: 1 })
  demo.gateway.release()
  await running
})

test('all records are found, page by page, each once', async () => {
  const demo = await startDemo()
  const payments = Array.from({ length: 7 }, () => order())
  await Promise.all(payments.map((payment) => demo.pay(payment)))
  const seen: string[] = []
  let cursor = ''
  for (let page = 0; page < 3; page++) {
    const { code, body } = await demo.get(`/payment/records?limit=3${cursor}`)
    expect(code).toBe(200)
    expect(body.status).toBe('SUCCESS')
    expect(body.records.length).toBe(page < 2 ? 3 : 1)
    seen.push(...body.records.map((record: { idempotent_key: string }) => record.idempotent_key))
    if (page < 2) cursor = `&cursor=${body.next_cursor}`
    else expect(body.next_cursor).toBeNull()
  }
  expect(seen.sort()).toEqual(payments.map(({ idempotent_token }) => idempotent_token).sort())
})

test('a page has 20 records unless it is told otherwise', async () => {
  const demo = await startDemo()
  await Promise.all(Array.from({ length: 21 }, () => demo.pay(order())))
  expect((await demo.get('/payment/records')).body.records).toHaveLength(20)
  expect((await demo.get('/payment/records?limit=100')).body.records).toHaveLength(21)
})

test.each(['0', '-1', '101', '1.5', '1e1', 'ten', ''])('the limit %j is refused', async (limit) => {
  const demo = await startDemo()
  const { code, body } = await demo.get(`/payment/records?limit=${limit}`)
  expect(code).toBe(400)
  expect(body.message).toBe(`limit must be a whole number from 1 to 100; got "${limit}"`)
})

test.each(['', 'nonsense', 'aGVsbG8', 'YWZ0ZXI6eA==', 'YWZ0ZXI6eA%20'])(
  'the cursor %j is refused',
  async (cursor) => {
    const demo = await startDemo()
    const { code, body } = await demo.get(`/payment/records?cursor=${cursor}`)
    expect(code).toBe(400)
    expect(body.message).toContain('cursor must be the next_cursor of the page before')
  },
)
