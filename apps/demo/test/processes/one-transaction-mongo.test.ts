import { Decimal128 } from 'mongodb'
import { describe, expect, test, vi } from 'vitest'
import { ask, askUntil } from '../support/client'
import { order } from '../support/demo'
import { type OwnMongo, ownMongo } from '../support/own-mongo'
import { spawnDemo, urlOf } from '../support/spawn-demo'

// Processes start one after another; and a server keeps the transaction of one that was killed for a while.
vi.setConfig({ testTimeout: 180_000 })

const CLIENTS = 100
/** Long enough for a busy machine to renew it, in milliseconds. */
const LEASE = '2000'

const server = await ownMongo()
// Where there is none, nothing here is called.
const own = server as OwnMongo

describe.skipIf(server === undefined)('a payment that several processes make on one MongoDB', () => {
  const flags = (processes: number) => ['--store', 'mongo', '--processes', String(processes), '--port', '0']
  const env = (appName: string) => {
    const url = new URL(own.url)
    url.searchParams.set('appName', appName)
    return { MONGODB_URL: url.href, FAILURE_RATE: '0', GATEWAY_DELAY: '100-100', LEASE }
  }

  /** One charge, one document, and both are of this order. */
  async function paidOnce(url: string, token: string, orderId: string): Promise<void> {
    const { body: gateway } = await ask(`${url}/gateway/charges?token=${token}`)
    expect(gateway).toMatchObject({ count: 1, total: '100.50' })
    const payments = own.look().collection<{ _id: string }>('demo.payments')
    expect(await payments.find({ _id: token }).toArray()).toMatchObject([
      { order_id: orderId, charge_id: gateway.charges[0].charge_id, amount: Decimal128.fromString('100.50') },
    ])
  }

  test(`${CLIENTS} clients at once that wait: one charge, one document, one order`, async () => {
    const url = await urlOf(spawnDemo(flags(4), env('many')))
    const payment = order()
    const answers = await Promise.all(
      Array.from({ length: CLIENTS }, () => ask(`${url}/payment`, payment, { Prefer: 'wait=30' })),
    )
    expect(new Set(answers.map(({ code }) => code))).toEqual(new Set([200]))
    const orders = new Set(answers.map(({ body }) => body.order_id))
    expect(orders.size).toBe(1)
    await paidOnce(url, payment.idempotent_token, [...orders][0])
  })

  test('whose process is killed after the charge, before its document is committed: the retry enters it, and charges nothing', async () => {
    const appName = crypto.randomUUID()
    const url = await urlOf(spawnDemo(flags(2), env(appName)))
    const payment = order()
    const token = payment.idempotent_token
    const admin = own.look().client.db('admin')
    const fail = (mode: unknown) =>
      admin.command({
        configureFailPoint: 'failCommand',
        mode,
        data: { failCommands: ['insert'], appName, blockConnection: true, blockTimeMS: 60_000 },
      })
    await fail('alwaysOn')
    const cut = expect(ask(`${url}/payment`, payment)).rejects.toThrow()
    await askUntil(`${url}/gateway/charges?token=${token}`, ({ body }) => body.count === 1)
    const { pid } = await askUntil(`${url}/health`, ({ body }) => body.payments.running > 0)
    process.kill(pid, 'SIGKILL')
    await cut
    await fail('off')
    const payments = own.look().collection<{ _id: string }>('demo.payments')
    expect(await payments.countDocuments({ _id: token })).toBe(0)

    let retry = await ask(`${url}/payment`, payment, { Prefer: 'wait=30' })
    while (retry.code === 202) retry = await ask(`${url}/payment`, payment, { Prefer: 'wait=30' })
    expect(retry).toMatchObject({ code: 200, body: { status: 'SUCCESS' } })
    const { body } = await ask(`${url}/payment/status?token=${token}`)
    expect(body).toMatchObject({ status: 'SUCCESS', attempt: 2 })
    await paidOnce(url, token, retry.body.order_id)
  })
})
