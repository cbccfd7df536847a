import { Idem, MemoryStore } from '@idem/core'
import { expect, test } from 'vitest'
import { chargeCard } from '../../src/payment/charge-card'
import { HeldGateway } from '../support/held-gateway'

const request = { token: 't', amount: 100n, userId: 'u', description: '' }

test('an attempt that is called off does not charge', async () => {
  const gateway = new HeldGateway()
  const idem = new Idem({ store: new MemoryStore() })
  const caller = new AbortController()
  gateway.hold()
  const run = idem.run('key', chargeCard({ gateway, book: undefined, crash: () => {} }, request), {
    signal: caller.signal,
  })
  await gateway.arrival(1)
  caller.abort()
  await expect(run).rejects.toThrow()
  gateway.release()
  await new Promise(setImmediate)
  expect(gateway.ledger.charges()).toHaveLength(0)
})

test('an attempt after one that had charged does not ask the gateway again', async () => {
  const gateway = new HeldGateway()
  const idem = new Idem({ store: new MemoryStore() })
  const charge = chargeCard({ gateway, book: undefined, crash: () => {} }, request)
  const failing = idem.run('key', async (ctx) => {
    await charge(ctx)
    throw new Error('died')
  })
  await expect(failing).rejects.toThrow('died')
  const receipt = await idem.run('key', charge)
  expect(gateway.arrived).toBe(1)
  expect(receipt.charge_id).toBe(gateway.ledger.charges()[0]?.id)
})
