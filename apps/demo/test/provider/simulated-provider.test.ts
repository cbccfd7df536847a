import { expect, test } from 'vitest'
import type { Callback } from '../../src/provider/callback'
import { signatureFault } from '../../src/provider/provider-signature'
import { SimulatedProvider } from '../../src/provider/simulated-provider'

const secret = 'what the provider and the shop know'
const never = new AbortController().signal

const callback = (status: Callback['status']): Callback => ({
  trade_no: 'T1',
  order_id: 'ORD_1',
  status,
  amount: '10.00',
  occurred_at: '2026-01-31T09:30:00Z',
})

type Reply = { readonly status: number; readonly retryAfter?: string } | 'nobody'

/** A provider whose calls are answered with these, one after another, the last one for ever; and the pauses it made. */
function answeredWith(...replies: readonly Reply[]) {
  const calls: RequestInit[] = []
  const pauses: number[] = []
  const provider = new SimulatedProvider({
    secret,
    url: () => 'http://shop.test/callbacks/payment',
    pause: async (ms) => void pauses.push(ms),
    fetch: async (_url, init) => {
      const reply = replies[Math.min(calls.push(init), replies.length) - 1] ?? 'nobody'
      if (reply === 'nobody') throw new TypeError('fetch failed')
      return new Response('', {
        status: reply.status,
        headers: reply.retryAfter === undefined ? {} : { 'Retry-After': reply.retryAfter },
      })
    },
  })
  return { provider, calls, pauses }
}

test('each callback is sent so many times, each signed', async () => {
  const { provider, calls } = answeredWith({ status: 200 })
  const deliveries = await provider.deliver([callback('PENDING'), callback('PAID')], 5, never)
  expect(deliveries).toHaveLength(10)
  expect(deliveries.filter(({ status }) => status === 'PAID')).toHaveLength(5)
  for (const { answers, accepted } of deliveries)
    expect({ answers, accepted }).toEqual({ answers: [200], accepted: true })
  for (const { headers, body } of calls) {
    const header = new Headers(headers).get('provider-signature') ?? undefined
    expect(signatureFault(secret, header, Buffer.from(String(body)))).toBeUndefined()
  }
})

test('callbacks are sent in another order than things happened', async () => {
  const { provider, calls } = answeredWith({ status: 200 })
  await provider.deliver([callback('PENDING'), callback('PAID')], 30, never)
  const statuses = calls.map(({ body }) => JSON.parse(String(body)).status)
  expect(statuses).not.toEqual([...statuses].sort().reverse())
})

test('what may pass is sent again until it is accepted', async () => {
  const { provider, pauses } = answeredWith(
    { status: 500 },
    'nobody',
    { status: 409, retryAfter: '1' },
    { status: 425, retryAfter: '2' },
    { status: 200 },
  )
  const [delivery] = await provider.deliver([callback('PAID')], 1, never)
  expect(delivery).toEqual({ status: 'PAID', answers: [500, 0, 409, 425, 200], accepted: true })
  expect(pauses[2]).toBeGreaterThanOrEqual(1000)
  expect(pauses[3]).toBeGreaterThanOrEqual(2000)
})

test.each([400, 401, 404, 409, 422])('%i is final', async (status) => {
  const { provider } = answeredWith({ status })
  expect(await provider.deliver([callback('PAID')], 1, never)).toEqual([
    { status: 'PAID', answers: [status], accepted: false },
  ])
})

test('a shop that never accepts is given up', async () => {
  const { provider, pauses } = answeredWith({ status: 503, retryAfter: '3600' })
  const [delivery] = await provider.deliver([callback('PAID')], 1, never)
  expect(delivery).toMatchObject({ accepted: false, answers: { length: 20 } })
  expect(Math.max(...pauses)).toBeLessThan(6000)
})

test('it ends when it is told to', async () => {
  const stopping = new AbortController()
  const provider = new SimulatedProvider({
    secret,
    url: () => 'http://shop.test/',
    fetch: async () => {
      stopping.abort()
      return new Response('', { status: 503, headers: { 'Retry-After': '5' } })
    },
  })
  const started = performance.now()
  const [delivery] = await provider.deliver([callback('PAID')], 1, stopping.signal)
  expect(delivery).toEqual({ status: 'PAID', answers: [503], accepted: false })
  expect(performance.now() - started).toBeLessThan(2000)
})
