import { once } from 'node:events'
import { createServer } from 'node:net'
import { fixedPort } from '../fixed-port'
import { LostReplies, type Matching } from './lost-replies'
import { ProxiedConnection, type ProxyCounts, type ProxyState } from './proxied-connection'

/** A network between a client and its server, transparent until it is told to fail. */
export interface TcpProxy {
  readonly port: number
  /** The target's URL, with the proxy in its place; `tcp://…` where the target is a port. */
  readonly url: string
  /** What passed so far, as of now. */
  readonly counts: ProxyCounts
  /** Breaks all connections, at once. New ones are accepted. */
  cut(): void
  /**
   * Lets the next request through to the server, and breaks its connection in place of the reply,
   * once the request has taken effect. Where `times` are more, the next one after it loses its
   * reply likewise, on whatever connection it comes. A request is what arrives in one piece: of a
   * pipeline all replies are lost.
   *
   * @param times - resolves when so many replies are lost
   * @param matching - pass over requests that do not contain this text, or do not satisfy this
   * predicate; drivers ask things of their own when they connect
   */
  cutAfterNextRequest(times?: number, matching?: Matching): Promise<void>
  /** Holds back all that arrives from now on, in either direction, this many milliseconds. */
  delay(ms: number): void
  /**
   * Where new connections go from now on: to the server at this URL, of the same kind, or at a local port. Those that are
   * open stay where they are.
   */
  lead(target: string | number): void
  /** Whether new connections are refused, as by a machine on which nothing listens. */
  refuse(refused: boolean): Promise<void>
  /** Breaks all connections, and listens no more. */
  close(): Promise<void>
}

const defaultPorts: Record<string, number> = { redis: 6379, postgres: 5432, postgresql: 5432, mongodb: 27017 }

/**
 * A TCP proxy on 127.0.0.1, in this process, in front of the server at a URL or a local port. A
 * connection that the server refuses is accepted and reset.
 *
 * @example
 * const proxy = await startTcpProxy(redis.url)
 * const client = new Redis(proxy.url)
 * const lost = proxy.cutAfterNextRequest(1, 'incr')
 * await client.incr('counted') // sent again by ioredis, which cannot know: the counter is 2
 * await lost
 */
export async function startTcpProxy(target: string | number): Promise<TcpProxy> {
  const { host, port: targetPort, urlThrough } = parseTarget(target)
  const lost = new LostReplies()
  const counts = {
    connections: 0,
    open: 0,
    bytesToServer: 0,
    bytesToClient: 0,
    roundTrips: 0,
    lostReplies: 0,
  }
  const state: ProxyState = { target: { host, port: targetPort }, lost, counts, delayMs: 0 }

  const open = new Set<ProxiedConnection>()
  const listener = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    counts.connections++
    counts.open++
    const connection = new ProxiedConnection(client, state)
    open.add(connection)
    client.on('close', () => open.delete(connection))
  })
  const port = await fixedPort()
  const listen = async () => {
    listener.listen(port, '127.0.0.1')
    await once(listener, 'listening')
  }
  await listen()

  const cut = () => {
    for (const connection of open) connection.cut()
  }
  const stopListening = () => {
    // Its callback would wait for the open connections; that nothing new is accepted holds at once.
    if (listener.listening) listener.close()
  }
  return {
    port,
    url: urlThrough(port),
    get counts() {
      return { ...counts }
    },
    cut,
    cutAfterNextRequest: (times = 1, matching) => lost.plan(times, matching),
    delay(ms) {
      state.delayMs = ms
    },
    lead(other) {
      const { host, port } = parseTarget(other)
      state.target = { host, port }
    },
    async refuse(refused) {
      if (refused) stopListening()
      else if (!listener.listening) await listen()
    },
    async close() {
      stopListening()
      cut()
    },
  }
}

function parseTarget(target: string | number) {
  if (typeof target === 'number') {
    return { host: '127.0.0.1', port: target, urlThrough: (port: number) => `tcp://127.0.0.1:${port}` }
  }
  const url = new URL(target)
  const port = Number(url.port) || defaultPorts[url.protocol.slice(0, -1)]
  if (port === undefined) throw new TypeError(`the proxy's target has no port: ${target}`)
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port,
    urlThrough(proxyPort: number) {
      const through = new URL(target)
      through.hostname = '127.0.0.1'
      through.port = String(proxyPort)
      if (url.protocol === 'mongodb:') stayOn(through.searchParams)
      return through.href
    },
  }
}

/** A driver that asks a replica set for its members would go to them, past the proxy. */
function stayOn(options: URLSearchParams): void {
  options.delete('replicaSet')
  options.set('directConnection', 'true')
}
