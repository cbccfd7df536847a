import { once } from 'node:events'
import type { Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { StartError } from '../start-error'

export interface Address {
  readonly host: string
  /** 0 for any that is free. */
  readonly port: number
}

export interface ListeningServer {
  /** Where it can be reached from this machine. */
  readonly url: string
  readonly port: number
  /** Takes no further connections, and resolves when the last request is answered and the last connection closed. */
  drain(): Promise<void>
  /** Closes all connections, whatever happens on them. */
  cut(): void
}

type Fetch = (request: Request) => Response | Promise<Response>

/**
 * Answers requests at an address.
 *
 * @throws StartError if the address cannot be had
 */
export async function listen(fetch: Fetch, address: Address): Promise<ListeningServer> {
  // Without options for TLS or HTTP/2 it is this kind of server.
  const server = createAdaptorServer({ fetch }) as Server
  const answering = new Set<ServerResponse>()
  server.on('request', (_request, response) => {
    answering.add(response)
    response.once('close', () => answering.delete(response))
  })
  server.listen(address.port, address.host)
  try {
    await once(server, 'listening')
  } catch (error) {
    throw new StartError(whatToDo(error as NodeJS.ErrnoException, address))
  }
  const bound = server.address() as AddressInfo
  return { url: urlOf(bound), port: bound.port, drain, cut: () => server.closeAllConnections() }

  async function drain(): Promise<void> {
    const closed = once(server, 'close')
    server.close()
    // What is added meanwhile is waited for as well.
    for (const response of answering) await new Promise((resolve) => response.once('close', resolve))
    // Connections that never sent anything do not count as idle, and would keep the server open for a minute.
    server.closeAllConnections()
    await closed
  }
}

/**
 * The address with its port decided, for processes that are to listen on it together: each that comes later must
 * find the same one.
 *
 * @throws StartError if the address cannot be had
 */
export async function reserve(address: Address): Promise<Address> {
  const server = await listen(() => new Response(), address)
  await server.drain()
  return { ...address, port: server.port }
}

function urlOf({ address, port }: AddressInfo): string {
  const here = ['0.0.0.0', '::', '127.0.0.1', '::1'].includes(address)
  return `http://${here ? 'localhost' : address.includes(':') ? `[${address}]` : address}:${port}`
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
