import { describe, expect, test, vi } from 'vitest'
import { ask, askUntil } from '../support/client'
import { order } from '../support/demo'
import { sharedStores } from '../support/shared-stores'
import { spawnDemo, urlOf } from '../support/spawn-demo'

vi.setConfig({ testTimeout: 60_000 })

const stores = await sharedStores()

for (const { title, server, flags, env } of stores)
  describe.skipIf(server === undefined)(
    `a process on ${title} that is killed in the middle of a payment`,
    () => {
      test.each([
        ['before the gateway has charged', 3000, 500],
        ['after the gateway has charged', 500, 3000],
      ])('%s: the retry pays, and the card is charged once', async (_when, gatewayMs, leaseMs) => {
        const demo = spawnDemo([...flags, '--processes', '2', '--port', '0'], {
          ...env,
          FAILURE_RATE: '0',
          GATEWAY_DELAY: `${gatewayMs}-${gatewayMs}`,
          LEASE: String(leaseMs),
        })
        const url = await urlOf(demo)
        const payment = order()
        const charges = `${url}/gateway/charges?token=${payment.idempotent_token}`
        const status = `${url}/payment/status?token=${payment.idempotent_token}`

        const cut = expect(ask(`${url}/payment`, payment)).rejects.toThrow()
        const { pid } = await askUntil(`${url}/health`, ({ body }) => body.payments.running > 0)
        process.kill(pid, 'SIGKILL')
        await cut
        await demo.printed(/was killed by SIGKILL/)
        if (gatewayMs < leaseMs) {
          // The gateway does not know that nobody hears its answer.
          await askUntil(charges, ({ body }) => body.count === 1)
          expect((await ask(status)).body).toMatchObject({ result: null, attempt: 1 })
        } else {
          expect((await ask(charges)).body.count).toBe(0)
        }

        const retry = await ask(`${url}/payment`, payment, { Prefer: 'wait=30' })
        expect(retry).toMatchObject({ code: 200, body: { status: 'SUCCESS' } })
        expect(retry.pid).not.toBe(pid)
        expect((await ask(status)).body).toMatchObject({ status: 'SUCCESS', attempt: 2 })
        // By then the charge that the dead process had asked for has been made as well.
        const { body } = await ask(charges)
        expect(body).toMatchObject({ count: 1, total: '100.50' })
        expect(retry.body.order_id).toBe(`PAY_${body.charges[0].charge_id}`)
      })
    },
  )
