import { randomUUID } from 'node:crypto'
import { describe, expect, test, vi } from 'vitest'
import { ask, askUntil } from '../support/client'
import { order } from '../support/demo'
import { connectTo, privatePostgres } from '../support/private-postgres'
import { payTwice, typed } from '../support/readme'
import { spawnDemo, spawnHeldDemo, urlOf } from '../support/spawn-demo'
import { withoutCurl } from '../support/without-curl'

// Processes start one after another, and many other things may run beside.
vi.setConfig({ testTimeout: 120_000 })

const CLIENTS = 200
/** Long enough for a busy machine to renew it, in milliseconds. */
const LEASE = '2000'

const server = await privatePostgres()

describe.skipIf(server === undefined)('a payment that several processes make on one PostgreSQL', () => {
  const flags = (processes: number) => [
    '--store',
    'postgres',
    '--processes',
    String(processes),
    '--port',
    '0',
  ]
  const env = { DATABASE_URL: server?.url ?? '', FAILURE_RATE: '0', GATEWAY_DELAY: '100-100' }

  /** One charge, one row, and both are of this order. */
  async function paidOnce(url: string, token: string, orderId: string): Promise<void> {
    const { body: gateway } = await ask(`${url}/gateway/charges?token=${token}`)
    expect(gateway).toMatchObject({ count: 1, total: '100.50' })
    const { body: book } = await ask(`${url}/payment/book?token=${token}`)
    expect(book).toMatchObject({ count: 1, payments: [{ idempotent_token: token, order_id: orderId }] })
    const client = await connectTo(server)
    const { rows } = await client.query('SELECT * FROM demo.payments WHERE token = $1', [token])
    expect(rows).toMatchObject([
      { order_id: orderId, charge_id: gateway.charges[0].charge_id, amount: '100.50', user_id: 'user_123' },
    ])
    expect(orderId).toBe(`PAY_${gateway.charges[0].charge_id}`)
  }

  test(`${CLIENTS} clients at once that wait: one charge, one row, one order`, async () => {
    const url = await urlOf(spawnDemo(flags(4), env))
    const payment = order()
    const answers = await Promise.all(
      Array.from({ length: CLIENTS }, () => ask(`${url}/payment`, payment, { Prefer: 'wait=30' })),
    )
    expect(new Set(answers.map(({ code }) => code))).toEqual(new Set([200]))
    const orders = new Set(answers.map(({ body }) => body.order_id))
    expect(orders.size).toBe(1)
    expect(new Set(answers.map(({ process }) => process)).size).toBe(4)
    await paidOnce(url, payment.idempotent_token, [...orders][0])
  })

  test.skipIf(withoutCurl)('what the README types enters one row', async () => {
    const url = await urlOf(spawnDemo(flags(1), env))
    const token = randomUUID()
    await typed(payTwice, url, token)
    const { body } = await ask(`${url}/payment/status?token=${token}`)
    await paidOnce(url, token, body.result.order_id)
  })

  describe('whose process is killed', () => {
    /** A lock that others run into, until it is given back. */
    async function hold(statement: string): Promise<() => Promise<unknown>> {
      const client = await connectTo(server)
      await client.query('BEGIN')
      await client.query(statement)
      return () => client.query('ROLLBACK')
    }

    const WAITING = `FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE $1`

    /** Resolves as soon as somebody waits for a lock to do what matches. */
    async function blocked(query: string): Promise<void> {
      const client = await connectTo(server)
      await vi.waitFor(async () => {
        expect((await client.query(`SELECT ${WAITING}`, [query])).rowCount).toBeGreaterThan(0)
      }, 10_000)
    }

    async function killTheOneThatPays(url: string): Promise<void> {
      const { pid } = await askUntil(`${url}/health`, ({ body }) => body.payments.running > 0)
      process.kill(pid, 'SIGKILL')
    }

    test('after the charge and before its row is committed: the retry enters it, and charges nothing', async () => {
      const url = await urlOf(spawnDemo(flags(2), { ...env, LEASE }))
      const payment = order()
      const token = payment.idempotent_token
      const giveBack = await hold('LOCK TABLE demo.payments IN SHARE MODE')
      const cut = expect(ask(`${url}/payment`, payment)).rejects.toThrow()
      await blocked('INSERT INTO demo.payments%')
      await killTheOneThatPays(url)
      await cut
      await giveBack()
      expect((await ask(`${url}/gateway/charges?token=${token}`)).body.count).toBe(1)

      const retry = await ask(`${url}/payment`, payment, { Prefer: 'wait=30' })
      expect(retry).toMatchObject({ code: 200, body: { status: 'SUCCESS' } })
      const { body } = await ask(`${url}/payment/status?token=${token}`)
      expect(body).toMatchObject({ status: 'SUCCESS', attempt: 2 })
      await paidOnce(url, token, retry.body.order_id)
    })

    test('after its row is committed and before its answer is recorded: the retry finds it, and enters nothing', async () => {
      const url = await urlOf(spawnDemo(flags(2), { ...env, LEASE }))
      const client = await connectTo(server)
      const payment = order()
      const token = payment.idempotent_token
      const letEnter = await hold('LOCK TABLE demo.payments IN SHARE MODE')
      const cut = expect(ask(`${url}/payment`, payment)).rejects.toThrow()
      await blocked('INSERT INTO demo.payments%')
      const letRecord = await hold(`SELECT FROM demo.records WHERE key LIKE 'payments:%${token}' FOR UPDATE`)
      await letEnter()
      await blocked('%records_complete%')
      await killTheOneThatPays(url)
      await cut
      // Left alone, the server would still do what the dead process had asked for.
      await client.query(`SELECT pg_terminate_backend(pid) ${WAITING}`, ['%records_complete%'])
      await letRecord()
      const { rows } = await client.query('SELECT order_id FROM demo.payments WHERE token = $1', [token])
      expect(rows).toHaveLength(1)
      expect((await ask(`${url}/payment/status?token=${token}`)).body).toMatchObject({
        result: null,
        attempt: 1,
      })

      const retry = await ask(`${url}/payment`, payment, { Prefer: 'wait=30' })
      expect(retry).toMatchObject({ code: 200, body: { order_id: rows[0].order_id } })
      const { body } = await ask(`${url}/payment/status?token=${token}`)
      expect(body).toMatchObject({ status: 'SUCCESS', attempt: 2 })
      await paidOnce(url, token, retry.body.order_id)
    })

    test('at the gateway, again and again: the last retry pays, once', async () => {
      const demo = spawnHeldDemo(flags(2), { ...env, LEASE })
      const url = await urlOf(demo)
      const payment = order()
      const token = payment.idempotent_token
      for (let attempt = 1; attempt <= 3; attempt++) {
        const cut = expect(ask(`${url}/payment`, payment, { Prefer: 'wait=30' })).rejects.toThrow()
        await demo.arrival(attempt)
        expect((await ask(`${url}/payment/status?token=${token}`)).body).toMatchObject({ attempt })
        await killTheOneThatPays(url)
        await cut
        await vi.waitFor(() => {
          expect(demo.stdout().match(/process \d \(\d+\) answers/g)).toHaveLength(attempt)
        }, 30_000)
      }
      const paying = ask(`${url}/payment`, payment, { Prefer: 'wait=30' })
      await demo.arrival(4)
      // All four orders at once.
      demo.release()
      const paid = await paying
      expect(paid).toMatchObject({ code: 200, body: { status: 'SUCCESS' } })
      await paidOnce(url, token, paid.body.order_id)
    })
  })
})
