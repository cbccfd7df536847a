import { once } from 'node:events'
import { createServer } from 'node:net'

/** A port on 127.0.0.1 that nobody listened on a moment ago. */
export function freePort(): Promise<number> {
  return listenOnce(0)
}

/** Whether a server could listen on this port of 127.0.0.1 a moment ago. */
export async function portIsFree(port: number): Promise<boolean> {
  try {
    await listenOnce(port)
    return true
  } catch {
    return false
  }
}

async function listenOnce(wanted: number): Promise<number> {
  const server = createServer().listen(wanted, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('the port could not be read')
  return address.port
}
