import { expect, test } from 'vitest'
import type { ChargeOrder } from '../../src/gateway/ledger'
import { SimulatedGateway } from '../../src/gateway/simulated-gateway'

const order: ChargeOrder = { idempotencyKey: 'k', token: 't', userId: 'u', amount: 10_050n }
const never = new AbortController().signal

test('a second charge with the same key gives the first one, also at once', async () => {
  const gateway = new SimulatedGateway({ failureRate: 0, delayMs: [0, 0] })
  const ids = await Promise.all([gateway.charge(order, never), gateway.charge(order, never)])
  expect(new Set([...ids, await gateway.charge(order, never)]).size).toBe(1)
  expect(gateway.ledger.charges()).toHaveLength(1)
})

test.each([
  ['amount', { amount: 1n }],
  ['user', { userId: 'v' }],
])('a known key with another %s is refused', async (_what, change) => {
  const gateway = new SimulatedGateway({ failureRate: 0, delayMs: [0, 0] })
  await gateway.charge(order, never)
  await expect(gateway.charge({ ...order, ...change }, never)).rejects.toThrow('something else')
})

test('a charge takes 100 to 500 ms unless told otherwise', async () => {
  const pauses: number[] = []
  const gateway = new SimulatedGateway({ failureRate: 0, pause: async (ms) => void pauses.push(ms) })
  for (let i = 0; i < 200; i++) await gateway.charge({ ...order, idempotencyKey: String(i) }, never)
  expect(Math.min(...pauses)).toBeGreaterThanOrEqual(100)
  expect(Math.max(...pauses)).toBeLessThanOrEqual(500)
  expect(Math.max(...pauses) - Math.min(...pauses)).toBeGreaterThan(200)
})

test('1 in 20 charges fails unless told otherwise, and is not in the ledger', async () => {
  const gateway = new SimulatedGateway({ pause: async () => {} })
  let failed = 0
  for (let i = 0; i < 4000; i++) {
    await gateway.charge({ ...order, idempotencyKey: String(i) }, never).catch(() => failed++)
  }
  // Six standard deviations around 200.
  expect(failed).toBeGreaterThan(117)
  expect(failed).toBeLessThan(283)
  expect(gateway.ledger.charges()).toHaveLength(4000 - failed)
})

test('a charge that is called off does not take place', async () => {
  const gateway = new SimulatedGateway({ failureRate: 0, delayMs: [60_000, 60_000] })
  const caller = new AbortController()
  const charge = gateway.charge(order, caller.signal)
  caller.abort()
  await expect(charge).rejects.toThrow()
  expect(gateway.ledger.charges()).toHaveLength(0)
})
