import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { startDemo } from './support/demo'
import { withoutCurl } from './support/without-curl'

/** What is typed, with the service's own address in place of the usual one. */
async function typed(url: string, script: string): Promise<string> {
  const { stdout } = await promisify(execFile)('sh', ['-ec', script.replaceAll('http://localhost:8080', url)])
  return stdout
}

const PAY = `curl -s -X POST http://localhost:8080/payment -H "Content-Type: application/json" \\
  -d '{"idempotent_token":"'$TOKEN'","amount":100.50,"user_id":"user_123","description":"test"}'`

test.skipIf(withoutCurl)(
  'the sequence of the usual test: pay twice with a token, ask for its status, list the records',
  async () => {
    const demo = await startDemo()
    const token = randomUUID()
    const out = await typed(
      demo.url,
      `TOKEN=${token}
     ${PAY}
     ${PAY}
     curl -s "http://localhost:8080/payment/status?token=$TOKEN"
     curl -s http://localhost:8080/payment/records`,
    )
    const [first, second, status, records] = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(first).toMatchObject({ status: 'SUCCESS', order_id: expect.stringMatching(/^PAY_/) })
    expect(second).toEqual({ ...first, request_id: expect.stringMatching(/^REQ_/) })
    expect(second.request_id).not.toBe(first.request_id)
    expect(status).toMatchObject({ idempotent_key: token, status: 'SUCCESS', attempt: 1 })
    expect(status.result.order_id).toBe(first.order_id)
    expect(records.records).toMatchObject([{ idempotent_key: token, status: 'SUCCESS' }])
    expect(demo.gateway.ledger.charges(token)).toHaveLength(1)
  },
)

test.skipIf(withoutCurl)('a large file is refused with an answer that curl can read', async () => {
  const demo = await startDemo()
  const out = await typed(
    demo.url,
    `head -c 3000000 /dev/zero | tr '\\0' x |
     curl -s -w '%{http_code}' -X POST http://localhost:8080/payment -H 'Content-Type: application/json' --data-binary @-`,
  )
  expect(out).toMatch(/at most 65536 bytes.*\n400$/)
})
