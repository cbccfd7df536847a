import { once } from 'node:events'
import { connect } from 'node:net'
import { freePort } from '../../src/free-port'
import type { ServerCommand, ServerPlace } from '../../src/supervision/supervise-from'

/** The least of servers: it accepts connections, and with `deaf` as its last argument no signal ends it. */
const program = `
  require('node:net').createServer().listen(process.argv[1], '127.0.0.1')
  if (process.argv[2] === 'deaf') process.on('SIGTERM', () => {})
`

export async function listeningServer(_place: ServerPlace): Promise<ServerCommand> {
  const port = await freePort()
  return {
    url: `tcp://127.0.0.1:${port}`,
    command: process.execPath,
    args: ['-e', program, String(port)],
    stopSignal: 'SIGTERM',
    async ping() {
      const socket = connect(port, '127.0.0.1')
      try {
        await once(socket, 'connect')
      } finally {
        socket.destroy()
      }
    },
  }
}

/** Whether a server listens at `url`. */
export async function accepts(url: string): Promise<boolean> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
