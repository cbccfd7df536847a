import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask, askUntil, type ProcessAnswer } from '../support/client'
import { order } from '../support/demo'
import { failAndRetry, payAtOnce, payTwice, typed, typedAnswers } from '../support/readme'
import { sharedStores } from '../support/shared-stores'
import { pidsOf, type SpawnedDemo, spawnLastingDemo, urlOf } from '../support/spawn-demo'
import { withoutCurl } from '../support/without-curl'

const PROCESSES = 4
const CLIENTS = 200

const stores = await sharedStores()

for (const { title, server, flags, env, records } of stores)
  describe.skipIf(server === undefined)(`four processes on one ${title}`, () => {
    let demo: SpawnedDemo
    let url: string

    beforeAll(async () => {
      demo = spawnLastingDemo([...flags, '--processes', String(PROCESSES), '--port', '0'], {
        ...env,
        FAILURE_RATE: '0',
        GATEWAY_DELAY: '500-500',
      })
      url = await urlOf(demo)
    })
    afterAll(() => demo.kill('SIGKILL'))

    /** What each process answers, by its number. */
    async function askAll(path: string): Promise<ProcessAnswer[]> {
      const numbers = Array.from({ length: PROCESSES }, (_, index) => index + 1)
      return Promise.all(numbers.map((number) => askUntil(url + path, ({ process }) => process === number)))
    }

    test('the start tells the processes and where the records are, and no password', () => {
      expect(new Set(pidsOf(demo)).size).toBe(PROCESSES)
      expect(demo.stdout()).toContain(`Records are kept ${records}.`)
      expect(demo.stdout().match(/listens on/g)).toHaveLength(1)
    })

    test('connections go to all of them, each under its own number and pid', async () => {
      const answers = await askAll('/health')
      expect(answers.map(({ pid }) => pid)).toEqual(pidsOf(demo))
    })

    test.skipIf(withoutCurl)('what the README types pays once, whoever answers', async () => {
      const token = randomUUID()
      const [first, second, status, records, charges] = await typedAnswers(payTwice, url, token)
      expect(first).toMatchObject({ status: 'SUCCESS', order_id: expect.stringMatching(/^PAY_/) })
      expect(second).toEqual({ ...first, request_id: expect.stringMatching(/^REQ_/) })
      expect(status).toMatchObject({ idempotent_key: token, status: 'SUCCESS', attempt: 1 })
      expect(records.records).toContainEqual(expect.objectContaining({ idempotent_key: token }))
      expect(charges).toMatchObject({ count: 1, total: '100.50' })
    })

    test.skipIf(withoutCurl)(
      'what the README types twenty times at once pays once, and all answer',
      async () => {
        const told = await typed(payAtOnce, url, randomUUID())
        const by = [...told.matchAll(/^x-process: (\d+);/gim)].map(([, number]) => number)
        expect(by).toHaveLength(20)
        expect(new Set(by).size).toBe(PROCESSES)
        const orders = [...told.matchAll(/"order_id":"(PAY_[^"]+)"/g)].map(([, id]) => id)
        expect(orders).toHaveLength(20)
        expect(new Set(orders).size).toBe(1)
        expect(told).toContain('"count":1,"total":"100.50"')
      },
    )

    test.skipIf(withoutCurl)('a failure in one process is tried again in the next', async () => {
      const [failed, paid, charges] = await typedAnswers(failAndRetry, url, randomUUID())
      expect(failed).toMatchObject({ status: 'FAILED', message: 'The gateway did not answer' })
      expect(paid).toMatchObject({ status: 'SUCCESS' })
      expect(charges).toMatchObject({ count: 1, total: '7.25' })
    })

    test(`${CLIENTS} clients at once that wait: one charge, and the same answer from every process`, async () => {
      const payment = order()
      const answers = await Promise.all(
        Array.from({ length: CLIENTS }, () => ask(`${url}/payment`, payment, { Prefer: 'wait=30' })),
      )
      expect(new Set(answers.map(({ code }) => code))).toEqual(new Set([200]))
      expect(new Set(answers.map(({ process }) => process)).size).toBe(PROCESSES)
      const told = answers.map(({ body: { request_id, ...rest } }) => JSON.stringify(rest))
      expect(new Set(told).size).toBe(1)
      expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1)

      const { body } = await ask(`${url}/gateway/charges?token=${payment.idempotent_token}`)
      expect(body).toMatchObject({ count: 1, total: '100.50' })
      expect(answers[0]?.body.order_id).toBe(`PAY_${body.charges[0].charge_id}`)
    })

    test('a duplicate is refused by a process that has never seen its token', async () => {
      const payment = order()
      const first = await ask(`${url}/payment`, payment)
      const other = await ask(`${url}/payment`, { ...payment, amount: 1 })
      expect(other.process).not.toBe(first.process)
      expect(other).toMatchObject({ code: 422, body: { status: 'ERROR' } })
    })

    test.each(['/payment/records?limit=100', '/payment/status?token=', '/gateway/charges'])(
      '%s is the same from every process',
      async (path) => {
        const payment = order()
        await ask(`${url}/payment`, payment)
        const answers = await askAll(path.endsWith('=') ? path + payment.idempotent_token : path)
        const told = answers.map(({ body: { request_id, ...rest } }) => JSON.stringify(rest))
        expect(new Set(told).size).toBe(1)
        expect(told[0]).toContain(payment.idempotent_token)
      },
    )
  })
