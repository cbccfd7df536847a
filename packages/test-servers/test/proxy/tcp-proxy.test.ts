import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { buffer, text } from 'node:stream/consumers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { freePort } from '../../src/free-port'
import { startTcpProxy, type TcpProxy } from '../../src/proxy/tcp-proxy'
import { startTcpServer } from './tcp-server'

const endings: (() => unknown)[] = []
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end()
})

async function serve(how: (socket: Socket) => void) {
  const server = await startTcpServer(how)
  endings.push(() => server.close())
  return server
}

async function proxyTo(target: string | number): Promise<TcpProxy> {
  const proxy = await startTcpProxy(target)
  endings.push(() => proxy.close())
  return proxy
}

function client({ port }: { readonly port: number }): Socket {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  endings.push(() => socket.destroy())
  return socket
}

const echo = (socket: Socket) => socket.pipe(socket)

describe('a proxy that is told nothing', () => {
  it('passes on every byte, and the end, in both directions', async () => {
    const proxy = await proxyTo((await serve(echo)).port)
    const socket = client(proxy)
    const sent = randomBytes(16 << 20)
    socket.end(sent)
    const received = await buffer(socket)
    expect(received.equals(sent)).toBe(true)
    expect(proxy.counts).toMatchObject({ bytesToServer: sent.length, bytesToClient: sent.length })
  })

  it('lets a server answer after its client has ended', async () => {
    const server = await serve((socket) => socket.resume().once('end', () => socket.end('got all')))
    const socket = client(await proxyTo(server.port))
    socket.end('all')
    expect(await text(socket)).toBe('got all')
  })

  it('makes a sender wait for a slow reader', async () => {
    const server = await serve((socket) => socket.pause())
    const proxy = await proxyTo(server.port)
    const socket = client(proxy)
    const size = 64 << 20
    socket.end(Buffer.alloc(size))
    let before = 0
    await vi.waitFor(
      () => {
        const now = proxy.counts.bytesToServer
        const still = now > 0 && now === before
        before = now
        expect(still).toBe(true)
      },
      { interval: 200, timeout: 10_000 },
    )
    expect(before).toBeLessThan(size / 2)

    const [reader] = server.sockets
    if (!reader) throw new Error('no connection')
    expect((await buffer(reader)).length).toBe(size)
  })

  it('passes on a reset, from either side', async () => {
    const server = await serve((socket) => socket.once('data', () => socket.resetAndDestroy()))
    const proxy = await proxyTo(server.port)
    const refused = client(proxy)
    refused.write('x')
    await expect(once(refused, 'close')).rejects.toThrow('ECONNRESET')

    const quitter = client(proxy)
    await vi.waitFor(() => expect(server.sockets).toHaveLength(2), 10_000)
    const failed = once(server.sockets[1] as Socket, 'end')
    quitter.resetAndDestroy()
    await expect(failed).rejects.toThrow('ECONNRESET')
  })

  it('resets a connection that the server refuses', async () => {
    const socket = client(await proxyTo(await freePort()))
    await expect(once(socket, 'close')).rejects.toThrow('ECONNRESET')
  })

  it.each([
    ['redis://user:pass@localhost:1234/2', 'redis://user:pass@127.0.0.1:PORT/2'],
    ['postgres://postgres@127.0.0.1/db?a=b', 'postgres://postgres@127.0.0.1:PORT/db?a=b'],
    [
      'mongodb://localhost:1234/db?replicaSet=idem&w=majority',
      'mongodb://127.0.0.1:PORT/db?w=majority&directConnection=true',
    ],
    [1234, 'tcp://127.0.0.1:PORT'],
  ])('takes the place of the target in its URL: %s', async (target, url) => {
    const proxy = await proxyTo(target)
    expect(proxy.url).toBe(url.replace('PORT', String(proxy.port)))
  })

  it('refuses a target without a port', async () => {
    await expect(startTcpProxy('amqp://127.0.0.1')).rejects.toThrow(TypeError)
  })
})

describe('cut', () => {
  it('breaks all connections, on both sides, and accepts new ones', async () => {
    const server = await serve(echo)
    const proxy = await proxyTo(server.port)
    const sockets = [client(proxy), client(proxy)]
    await vi.waitFor(() => expect(server.sockets).toHaveLength(2), 10_000)
    expect(proxy.counts).toMatchObject({ connections: 2, open: 2 })

    proxy.cut()
    await Promise.all([...sockets, ...server.sockets].map(ended))
    await vi.waitFor(() => expect(proxy.counts).toMatchObject({ connections: 2, open: 0 }), 10_000)

    const socket = client(proxy)
    socket.end('again')
    expect(await text(socket)).toBe('again')
  })
})

describe('cutAfterNextRequest', () => {
  it('cuts the client off when the server has read all of it, though it was answering something before', async () => {
    const order: string[] = []
    const server = await serve((socket) => socket.pause())
    const proxy = await proxyTo(server.port)
    const socket = client(proxy)
    socket.on('end', () => order.push('cut')).resume()
    const lost = proxy.cutAfterNextRequest(1, 'second')
    socket.write('first ')
    await vi.waitFor(() => expect(proxy.counts.bytesToServer).toBe(6), { interval: 5, timeout: 10_000 })
    socket.write('second')
    await vi.waitFor(() => expect(proxy.counts.bytesToServer).toBe(12), { interval: 5, timeout: 10_000 })

    const [slow] = server.sockets
    if (!slow) throw new Error('no connection')
    slow.write('answer to the first')
    // Time enough to cut it off too early.
    await new Promise((resolve) => setTimeout(resolve, 100))
    let read = ''
    slow.on('data', (chunk) => {
      read += String(chunk)
    })
    slow.on('end', () => {
      order.push(read)
      slow.end()
    })
    slow.resume()
    await lost
    await vi.waitFor(() => expect(order).toEqual(['first second', 'cut']), 10_000)
  })
})

describe('counts', () => {
  it('takes what is sent before an answer for one round trip', async () => {
    const server = await serve((socket) => socket.resume())
    const proxy = await proxyTo(server.port)
    const socket = client(proxy)
    for (const sent of [1, 2, 3]) {
      socket.write('x')
      await vi.waitFor(() => expect(proxy.counts.bytesToServer).toBe(sent), { interval: 5, timeout: 10_000 })
    }
    expect(proxy.counts.roundTrips).toBe(1)
    server.sockets[0]?.write('answer')
    await once(socket, 'data')
    socket.write('x')
    await vi.waitFor(() => expect(proxy.counts.bytesToServer).toBe(4), { interval: 5, timeout: 10_000 })
    expect(proxy.counts.roundTrips).toBe(2)
  })
})

describe('delay', () => {
  it('holds back both directions, and changes no order', async () => {
    const proxy = await proxyTo((await serve(echo)).port)
    const socket = client(proxy)
    proxy.delay(60)
    const began = performance.now()
    socket.write('a')
    await vi.waitFor(() => expect(proxy.counts.bytesToServer).toBe(1), { interval: 5, timeout: 10_000 })
    proxy.delay(0)
    socket.write('b')
    proxy.delay(80)
    socket.end('c')
    expect(await text(socket)).toBe('abc')
    expect(performance.now() - began).toBeGreaterThanOrEqual(60 + 80 - 5)
  })

  it('is a latency, not a rate: what follows is not held back longer', async () => {
    const proxy = await proxyTo((await serve(echo)).port)
    const socket = client(proxy)
    proxy.delay(500)
    const began = performance.now()
    for (let i = 0; i < 10; i++) {
      socket.write('x')
      // Apart, so that they arrive one by one.
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    socket.end()
    expect(await text(socket)).toBe('x'.repeat(10))
    expect(performance.now() - began).toBeLessThan(10 * 500)
  })
})

describe('refuse', () => {
  it('refuses new connections, keeps the open ones, and can be taken back', async () => {
    const proxy = await proxyTo((await serve(echo)).port)
    const open = client(proxy)
    await once(open, 'connect')
    await vi.waitFor(() => expect(proxy.counts.open).toBe(1), 10_000)

    await proxy.refuse(true)
    await proxy.refuse(true)
    await expect(once(client(proxy), 'connect')).rejects.toThrow('ECONNREFUSED')
    open.write('still')
    expect(String((await once(open, 'data'))[0])).toBe('still')

    await proxy.refuse(false)
    await proxy.refuse(false)
    const socket = client(proxy)
    socket.end('again')
    expect(await text(socket)).toBe('again')
  })
})

describe('lead', () => {
  it('leads new connections to another server, and keeps the open ones', async () => {
    const answering = (name: string) => serve((socket) => socket.on('data', () => socket.write(name)))
    const [before, after] = await Promise.all([answering('before'), answering('after')])
    const proxy = await proxyTo(before.port)
    const asked = async (socket: Socket) => {
      socket.write('who is it?')
      return String((await once(socket, 'data'))[0])
    }
    const open = client(proxy)
    expect(await asked(open)).toBe('before')

    proxy.lead(`tcp://127.0.0.1:${after.port}`)
    expect(await asked(client(proxy))).toBe('after')
    expect(await asked(open)).toBe('before')
    proxy.lead(before.port)
    expect(await asked(client(proxy))).toBe('before')
  })

  it('refuses a target without a port', async () => {
    const proxy = await proxyTo((await serve(echo)).port)
    expect(() => proxy.lead('amqp://127.0.0.1')).toThrow(TypeError)
  })
})

describe('close', () => {
  it('breaks all connections and listens no more, however often', async () => {
    const server = await serve(echo)
    const proxy = await proxyTo(server.port)
    const socket = client(proxy)
    await vi.waitFor(() => expect(server.sockets).toHaveLength(1), 10_000)
    await Promise.all([proxy.close(), proxy.close()])
    await ended(socket)
    await expect(once(client(proxy), 'connect')).rejects.toThrow('ECONNREFUSED')
  })
})

/** By an end or a reset. */
async function ended(socket: Socket): Promise<void> {
  socket.resume()
  await once(socket, 'end').catch((error: NodeJS.ErrnoException) => expect(error.code).toBe('ECONNRESET'))
}
