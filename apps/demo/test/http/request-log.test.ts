import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test, vi } from 'vitest'
import { order, startDemo } from '../support/demo'

const TIME = '\\d\\d:\\d\\d:\\d\\d\\.\\d{3}'

test('each request is one line that tells what became of it', async () => {
  const demo = await startDemo()
  const payment = order({ idempotent_token: 'tok én' })
  await demo.pay(payment, { Simulate: 'gateway-failure' })
  await demo.pay(payment)
  await demo.pay(payment)
  await demo.pay({ ...payment, amount: 1 })
  await demo.pay({})
  await demo.get('/nowhere')
  const expected = [
    'POST /payment 500 \\d+ms token=tok%20%C3%A9n failed',
    'POST /payment 200 \\d+ms token=tok%20%C3%A9n executed attempt=2',
    'POST /payment 200 \\d+ms token=tok%20%C3%A9n replayed attempt=2',
    'POST /payment 422 \\d+ms token=tok%20%C3%A9n refused: mismatch',
    'POST /payment 400 \\d+ms refused: bad request',
    'GET  /nowhere 404 \\d+ms',
  ]
  expect(demo.lines).toHaveLength(expected.length)
  for (const [index, line] of expected.entries()) {
    expect(demo.lines[index]).toMatch(new RegExp(`^${TIME} ${line}$`))
  }
})

test('a duplicate is logged as what it got', async () => {
  const demo = await startDemo()
  const payment = order({ idempotent_token: 'tok' })
  demo.gateway.hold()
  const running = demo.pay(payment)
  await demo.gateway.arrival(1)
  await demo.pay(payment)
  expect(demo.lines.at(-1)).toMatch(/ 202 \d+ms token=tok in progress$/)
  const waiting = demo.pay(payment, { Prefer: 'wait=10' })
  await demo.waiting(1)
  demo.gateway.release()
  await Promise.all([running, waiting])
  expect(demo.lines.filter((line) => line.endsWith('token=tok shared attempt=1'))).toHaveLength(1)
})

test('nobody can write a line or a colour of their own', async () => {
  const demo = await startDemo()
  await demo.get('/%0a12:00:00.000%20POST%20/payment%1b[31m')
  await demo.get('/payment/status?token=%C2%9b31m')
  await demo.get(`/payment/status?token=${encodeURIComponent('a\u202eb')}`)
  expect(demo.lines.join('')).toMatch(/^[\x20-\x7e]*$/)
  expect(demo.lines).toHaveLength(3)
})

test('bodies are not logged', async () => {
  const demo = await startDemo()
  await demo.pay(order({ user_id: 'somebody', description: 'private' }))
  await demo.pay(order({ amount: 'private' }))
  expect(demo.lines.join()).not.toMatch(/private|somebody/)
})

test('the status has a colour where colours are wanted', async () => {
  const lines: string[] = []
  const demo = await startDemo({ log: { print: (line) => lines.push(line), colour: true } })
  await demo.get('/health')
  await demo.get('/nowhere')
  await demo.pay(order(), { Simulate: 'gateway-failure' })
  expect(lines[0]).toContain('\u001b[32m200\u001b[0m')
  expect(lines[1]).toContain('\u001b[33m404\u001b[0m')
  expect(lines[2]).toContain('\u001b[31m500\u001b[0m')
})

test.each(['Content-Length: 100', 'Transfer-Encoding: chunked'])(
  'a client that hangs up while it sends (%s) is logged, and nothing to report',
  async (header) => {
    const demo = await startDemo()
    const socket = connect(Number(new URL(demo.url).port), '127.0.0.1')
    await once(socket, 'connect')
    socket.write(
      `POST /payment HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n${header}\r\nExpect: 100-continue\r\n\r\n`,
    )
    await once(socket, 'data')
    socket.write('1\r\n{\r\n')
    socket.destroy()
    await vi.waitFor(() => expect(demo.lines.at(-1)).toMatch(/ client hung up$/), 10_000)
    expect(demo.reports).toEqual([])
  },
)
