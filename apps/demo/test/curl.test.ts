import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { startDemo } from './support/demo'
import { failAndRetry, payTwice, typed, typedAnswers } from './support/readme'
import { withoutCurl } from './support/without-curl'

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

test.skipIf(withoutCurl)('a large file is refused with an answer that curl can read', async () => {
  const demo = await startDemo()
  const script = `head -c 3000000 /dev/zero | tr '\\0' x |
    curl -w '%{http_code}' http://localhost:8080/payment -H 'Content-Type: application/json' --data-binary @-`
  expect(await typed(script, demo.url, '')).toMatch(/at most 65536 bytes.*\n400$/)
})
