import { describe, expect, test, vi } from 'vitest'
import { ask, askUntil } from '../support/client'
import { order } from '../support/demo'
import { sharedStores } from '../support/shared-stores'
import { spawnHeldDemo, urlOf } from '../support/spawn-demo'

const stores = await sharedStores()

for (const { title, server, flags, env } of stores)
  describe.skipIf(server === undefined)(
    `a process on ${title} that is killed in the middle of a payment`,
    () => {
      /** A payment whose process was killed while the gateway had its order. */
      async function killed() {
        // Long enough for a busy machine to renew it.
        const LEASE = '2000'
        const demo = spawnHeldDemo([...flags, '--processes', '2', '--port', '0'], { ...env, LEASE })
        const url = await urlOf(demo)
        const payment = order()
        const token = payment.idempotent_token
        const charges = async () => (await ask(`${url}/gateway/charges?token=${token}`)).body
        const status = async () => (await ask(`${url}/payment/status?token=${token}`)).body

        const cut = expect(ask(`${url}/payment`, payment)).rejects.toThrow()
        await demo.arrival(1)
        const { pid } = await askUntil(`${url}/health`, ({ body }) => body.payments.running > 0)
        process.kill(pid, 'SIGKILL')
        await cut
        await demo.printed(/was killed by SIGKILL/)
        expect(await charges()).toMatchObject({ count: 0 })
        expect(await status()).toMatchObject({ result: null, attempt: 1 })

        /** By another process, and there is one charge. */
        async function paid(retrying: ReturnType<typeof ask>): Promise<void> {
          const retry = await retrying
          expect(retry).toMatchObject({ code: 200, body: { status: 'SUCCESS' } })
          expect(retry.pid).not.toBe(pid)
          expect(await status()).toMatchObject({ status: 'SUCCESS', attempt: 2 })
          const made = await charges()
          expect(made).toMatchObject({ count: 1, total: '100.50' })
          expect(retry.body.order_id).toBe(`PAY_${made.charges[0].charge_id}`)
        }
        return {
          demo,
          charges,
          status,
          retry: () => ask(`${url}/payment`, payment, { Prefer: 'wait=30' }),
          paid,
        }
      }

      test('before the gateway has charged: the retry pays, and the card is charged once', async () => {
        const { demo, charges, retry, paid } = await killed()
        const retrying = retry()
        await demo.arrival(2)
        expect(await charges()).toMatchObject({ count: 0 })
        // Both orders at once: the dead process' and the retry's.
        demo.release()
        await paid(retrying)
      })

      test('after the gateway has charged: the retry pays, and the card is charged once', async () => {
        const { demo, charges, status, retry, paid } = await killed()
        // The gateway does not know that nobody hears its answer.
        demo.release()
        await vi.waitFor(async () => expect(await charges()).toMatchObject({ count: 1 }), 10_000)
        expect(await status()).toMatchObject({ result: null, attempt: 1 })
        await paid(retry())
      })
    },
  )
