import { expect, test, vi } from 'vitest'
import { order, startDemo } from '../support/demo'

test('a store that is cut off is answered for with 503, charges nothing, and comes back', async () => {
  const demo = await startDemo()
  const payment = order()
  const cut = await demo.post('/controls', { store_is_cut: true })
  expect(cut).toMatchObject({ code: 200, body: { store_is_cut: true, gateway_slowed_by_ms: 0 } })
  expect((await demo.get('/controls')).body).toMatchObject({ store_is_cut: true })
  expect(await demo.pay(payment)).toMatchObject({ code: 503, body: { status: 'RETRY' } })
  expect(await demo.get('/records')).toMatchObject({ code: 503 })
  expect(demo.gateway.arrived).toBe(0)
  await demo.post('/controls', { store_is_cut: false })
  expect((await demo.pay(payment)).code).toBe(200)
})

test.each([
  [{ store_is_cut: 'yes' }, 'store_is_cut'],
  [{ gateway_slowed_by_ms: -1 }, 'gateway_slowed_by_ms'],
  [{ gateway_slowed_by_ms: 60_001 }, 'gateway_slowed_by_ms'],
  [{ gateway_slowed_by_ms: 1.5 }, 'gateway_slowed_by_ms'],
])('%j is refused, and changes nothing', async (body, field) => {
  const demo = await startDemo()
  expect(await demo.post('/controls', body)).toMatchObject({ code: 400, body: { errors: [{ field }] } })
  expect((await demo.get('/controls')).body).toMatchObject({ store_is_cut: false, gateway_slowed_by_ms: 0 })
})

test.each([
  ['crash-before-charge', 0],
  ['crash-after-charge', 1],
])('%s kills the process with %i charges made', async (simulation, charges) => {
  const crash = vi.fn(() => {
    throw new Error('killed')
  })
  const demo = await startDemo({ crash })
  expect((await demo.pay(order(), { Simulate: simulation })).code).toBe(500)
  expect(crash).toHaveBeenCalledTimes(1)
  expect(demo.gateway.ledger.charges()).toHaveLength(charges)
})
