import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'

export interface Address {
  readonly host: string
  /** 0 for any that is free. */
  readonly port: number
}

/** The service cannot start; the message says what to do about it. */
export class StartError extends Error {
  override readonly name = 'StartError'
}

type Fetch = (request: Request) => Response | Promise<Response>

/**
 * Answers requests at an address.
 *
 * @throws StartError if the address cannot be had
 */
export async function listen(fetch: Fetch, { host, port }: Address): Promise<Server> {
  // Without TLS or HTTP/2 options it is this kind of server.
  const server = createAdaptorServer({ fetch }) as Server
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch (error) {
    throw new StartError(whatToDo(error as NodeJS.ErrnoException, { host, port }))
  }
  return server
}

/** Where a server that listens can be reached from this machine. */
export function urlOf(server: Server): string {
  const { address, port } = server.address() as AddressInfo
  const anywhere = address === '0.0.0.0' || address === '::' || address === '127.0.0.1' || address === '::1'
  return `http://${anywhere ? 'localhost' : address.includes(':') ? `[${address}]` : address}:${port}`
}

/** Takes no further connections, closes idle ones, and resolves when the last request is answered. */
export function drain(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
  })
}

function whatToDo({ code, message }: NodeJS.ErrnoException, { host, port }: Address): string {
  if (code === 'EADDRINUSE') {
    const another = port < 65535 ? port + 1 : port - 1
    return `Port ${port} is taken. Stop what is using it, or choose another: PORT=${another}, or PORT=0 for any that is free.`
  }
  if (code === 'EACCES') {
    return `Port ${port} may not be used without more rights. Choose one from 1024 to 65535: PORT=8080.`
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return `This machine has no address ${host}. Choose one that it has: HOST=127.0.0.1, or HOST=0.0.0.0 for all of them.`
  }
  return `Cannot listen on ${host}:${port}: ${message}`
}
