import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { Lane } from '../../src/proxy/lane'
import { startTcpServer } from './tcp-server'

it('closes a connection that is reset while its end is under way', async () => {
  const server = await startTcpServer((socket) => socket.resume())
  try {
    const to = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true })
    await once(to, 'connect')
    const errors: unknown[] = []
    to.on('error', (error) => errors.push(error))
    const from = new PassThrough()
    new Lane({ from: from as unknown as Socket, to, delayMs: () => 0, passes: () => true })
    from.emit('end')
    // By then Node.js has asked the system to end it, and not been told that it is done.
    await new Promise(process.nextTick)
    from.emit('error', new Error('reset'))
    await once(to, 'close')
    expect(errors).toEqual([])
  } finally {
    server.close()
  }
})
