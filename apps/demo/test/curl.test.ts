import { randomUUID } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { MemoryBroker } from '../src/queue/memory-broker'
import { startDemo } from './support/demo'
import {
  checkout,
  coupon,
  createOrder,
  failAndRetry,
  paymentCallback,
  payTwice,
  queue,
  stock,
  typed,
  typedAnswers,
} from './support/readme'
import { withoutCurl, withoutOpenssl } from './support/without-curl'

test.skipIf(withoutCurl)('what the README types pays once, and shows it', async () => {
  const demo = await startDemo()
  const token = randomUUID()
  const [first, second, status, records, charges] = await typedAnswers(payTwice, demo.url, token)
  expect(first).toMatchObject({ status: 'SUCCESS', order_id: expect.stringMatching(/^PAY_/) })
  expect(second).toEqual({ ...first, request_id: expect.stringMatching(/^REQ_/) })
  expect(second.request_id).not.toBe(first.request_id)
  expect(status).toMatchObject({ idempotent_key: token, status: 'SUCCESS', attempt: 1 })
  expect(status.result.order_id).toBe(first.order_id)
  expect(records.records).toMatchObject([{ idempotent_key: token, status: 'SUCCESS' }])
  expect(charges).toMatchObject({ count: 1, total: '100.50' })
})

test.skipIf(withoutCurl)('what the README types to see a failure fails, then pays once', async () => {
  const demo = await startDemo()
  const [failed, paid, charges] = await typedAnswers(failAndRetry, demo.url, randomUUID())
  expect(failed).toMatchObject({ status: 'FAILED', message: 'The gateway did not answer' })
  expect(paid).toMatchObject({ status: 'SUCCESS' })
  expect(charges).toMatchObject({ count: 1, total: '7.25' })
})

test.skipIf(withoutCurl)(
  'what the README types to order makes one order, and tells why it makes no other',
  async () => {
    const demo = await startDemo()
    const [made, again, other, foreign, forged] = await typedAnswers(createOrder, demo.url, '')
    expect(made).toMatchObject({
      status: 'SUCCESS',
      order: { user_id: 'ann', quantity: 2, status: 'PENDING' },
    })
    expect(again).toEqual(made)
    expect(other).toMatchObject({ status: 422, type: expect.stringMatching(/key-reused$/) })
    expect(foreign).toMatchObject({ status: 403, type: expect.stringMatching(/token-other-subject$/) })
    expect(forged).toMatchObject({ status: 401, type: expect.stringMatching(/token-invalid$/) })
    expect((await demo.get('/orders?user=ann')).body.orders).toHaveLength(1)
  },
)

test.skipIf(withoutCurl || withoutOpenssl)(
  'what the README types to call back pays the order once',
  async () => {
    const demo = await startDemo()
    const [early, paid, again, late, order] = await typedAnswers(paymentCallback, demo.url, '')
    expect(early).toMatchObject({ status: 'RETRY' })
    expect(paid).toMatchObject({ status: 'SUCCESS', order_status: 'PAID' })
    expect(again).toEqual({ ...paid, request_id: again.request_id })
    expect(late).toMatchObject({ status: 'SUCCESS', order_status: 'PAID' })
    expect(order).toMatchObject({ order: { status: 'PAID' } })
  },
)

test.skipIf(withoutCurl)('what the README types to reserve sells what there is', async () => {
  const demo = await startDemo()
  const answers = await typedAnswers(stock, demo.url, randomUUID())
  expect(answers.map(({ status }) => status)).toEqual([
    ...['SUCCESS', 'SUCCESS', 'SUCCESS', 'SUCCESS'],
    ...['ERROR', 'SUCCESS'],
  ])
  expect(answers.at(-1)).toMatchObject({ available: 0, orders: ['1', '2'] })
})

test.skipIf(withoutCurl)('what the README types to claim coupons gives each user one', async () => {
  const demo = await startDemo()
  const [, ann, again, bob, eve, compared] = await typedAnswers(coupon, demo.url, randomUUID())
  expect([ann.serial, again.serial, bob.serial]).toEqual([1, 1, 2])
  expect(eve).toMatchObject({ status: 'ERROR' })
  expect(compared.ways).toMatchObject([
    { way: 'lock', granted: 2, wrong: 0 },
    { way: 'version', granted: 2, wrong: 0 },
  ])
})

test.skipIf(withoutCurl)('what the README types to publish is booked once for each order', async () => {
  const broker = new MemoryBroker()
  onTestFinished(() => broker.close())
  const demo = await startDemo({ broker })
  const answers = await typedAnswers(queue, demo.url, randomUUID())
  expect(answers.at(-1)).toMatchObject({ balance: 24, count: 2 })
})

test.skipIf(withoutCurl)('what the README types to check out sells and charges once', async () => {
  const demo = await startDemo()
  const [, first, second, left] = await typedAnswers(checkout, demo.url, randomUUID())
  expect(first).toMatchObject({ status: 'SUCCESS', order: { status: 'PAID' } })
  expect(second).toEqual(first)
  expect(left).toMatchObject({ available: 4 })
  expect(demo.gateway.ledger.charges()).toHaveLength(1)
})

test.skipIf(withoutCurl)('a large file is refused with an answer that curl can read', async () => {
  const demo = await startDemo()
  const script = `head -c 3000000 /dev/zero | tr '\\0' x |
    curl -w '%{http_code}' http://localhost:8080/payment -H 'Content-Type: application/json' --data-binary @-`
  expect(await typed(script, demo.url, '')).toMatch(/at most 65536 bytes.*\n400$/)
})
