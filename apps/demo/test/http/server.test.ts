import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { listen } from '../../src/http/server'
import { order, startDemo } from '../support/demo'

const here = { host: '127.0.0.1', port: 0 }

test('a taken port is an error that says what to do', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  await expect(listen(() => new Response(), { ...here, port })).rejects.toMatchObject({
    name: 'StartError',
    message: `Port ${port} is taken. Stop what is using it, or choose another: PORT=${port + 1}, or PORT=0 for any that is free.`,
  })
  other.close()
})

test('an address of another machine is an error that says what to do', async () => {
  await expect(listen(() => new Response(), { host: '192.0.2.1', port: 0 })).rejects.toMatchObject({
    name: 'StartError',
    message: expect.stringContaining('This machine has no address 192.0.2.1'),
  })
})

test('a server that drains closes connections that never sent anything', async () => {
  const server = await listen(() => new Response(), here)
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
  await once(socket, 'connect')
  const gone = once(socket, 'close')
  await Promise.all([server.drain(), gone])
})

test('a service that stops lets a running payment finish, and closes its connection', async () => {
  const demo = await startDemo()
  demo.gateway.hold()
  const running = demo.pay(order())
  await demo.gateway.arrival(1)
  const stopped = demo.stop(10_000)
  demo.gateway.release()
  const { code, headers } = await running
  expect(code).toBe(200)
  expect(headers.get('Connection')).toBe('close')
  expect(await stopped).toBe(true)
})

test('a service that stops waits for a payment whose client has hung up', async () => {
  const demo = await startDemo()
  const client = new AbortController()
  demo.gateway.hold()
  const gone = demo.request('/payment', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(order()),
    signal: client.signal,
  })
  await demo.gateway.arrival(1)
  client.abort()
  await expect(gone).rejects.toThrow()
  const stopped = demo.stop(10_000)
  // Time enough for the server to see that the client is gone, and for a hasty service to stop.
  expect(await Promise.race([stopped, sleep(200, 'waits')])).toBe('waits')
  demo.gateway.release()
  expect(await stopped).toBe(true)
  expect(demo.gateway.ledger.charges()).toHaveLength(1)
})

test('a service that stops takes nothing new, also over a connection that is open', async () => {
  const demo = await startDemo()
  demo.gateway.hold()
  const running = demo.pay(order())
  await demo.gateway.arrival(1)
  const socket = connect(Number(new URL(demo.url).port), '127.0.0.1')
  await once(socket, 'connect')
  const told: Buffer[] = []
  socket.on('data', (part) => told.push(part))
  const stopped = demo.stop(10_000)
  socket.write('GET /payment/records HTTP/1.1\r\nHost: here\r\n\r\n')
  await once(socket, 'close')
  const text = Buffer.concat(told).toString()
  expect(text).toContain('HTTP/1.1 503 Service Unavailable')
  expect(text).toContain('"status":"RETRY"')
  demo.gateway.release()
  await Promise.all([running, stopped])
})

test('a service whose payments do not finish in time says so, and cuts them off', async () => {
  const demo = await startDemo()
  demo.gateway.hold()
  const running = demo.pay(order())
  await demo.gateway.arrival(1)
  const cut = expect(running).rejects.toThrow()
  expect(await demo.stop(1)).toBe(false)
  await cut
})
