import { firstAvailable } from '../../first-available'
import { fromBinaries } from '../../server-binary'
import type { PrivateServer } from '../../supervision/private-server'
import type { StartOptions, Unavailable } from '../../test-server'
import { until } from '../../until'
import { askRedis } from '../ping-redis'
import { startPrivateBinary } from '../private-redis'
import { redisBinaries } from '../redis-binaries'
import { formCluster, wholeFor } from './form-cluster'
import { type ReshardOptions, reshard } from './reshard'

export interface RedisClusterOptions extends StartOptions {
  /** How many masters, each with its part of the slots. @defaultValue 3 */
  readonly nodes?: number
  /** How many replicas each master has. @defaultValue 0 */
  readonly replicas?: number
  /** Further arguments of every node, as on a command line. */
  readonly args?: readonly string[]
}

/** A Redis Cluster of one test's own, on 127.0.0.1. Its nodes keep what they answered over a kill. */
export interface RedisCluster {
  readonly source: string
  /** The masters first, as they were at the start. */
  readonly nodes: readonly { readonly host: string; readonly port: number }[]
  slotOf(key: string): Promise<number>
  /** The port of the master that owns a slot. */
  ownerOf(slot: number): Promise<number>
  /** Gives slots and their keys from one master to another, while clients go on. */
  reshard(fromPort: number, toPort: number, slots: readonly number[], options?: ReshardOptions): Promise<void>
  killNode(port: number): Promise<void>
  /** Resolves when it is up, and, if no other node is down, the cluster whole again. */
  restartNode(port: number): Promise<void>
  stop(): Promise<void>
}

/** Silence after which a node counts as failed. */
const nodeTimeoutMs = 2_000

/**
 * @example
 * const cluster = await startRedisCluster()
 * if ('reason' in cluster) throw new Error(cluster.reason)
 * const client = new Cluster([...cluster.nodes])
 */
export function startRedisCluster(options: RedisClusterOptions = {}): Promise<RedisCluster | Unavailable> {
  const sources = fromBinaries('a Redis Cluster', redisBinaries, (binary) => startCluster(binary, options))
  return firstAvailable(sources, options.progress)
}

async function startCluster(
  binary: string,
  { nodes = 3, replicas = 0, args = [] }: RedisClusterOptions,
): Promise<Omit<RedisCluster, 'source'>> {
  const clusterArgs = ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1']
  const timeoutArgs = ['--cluster-node-timeout', String(nodeTimeoutMs)]
  const starts = Array.from({ length: nodes * (1 + replicas) }, () =>
    startPrivateBinary(binary, { appendOnly: true, args: [...clusterArgs, ...timeoutArgs, ...args] }),
  )
  const stop = async () => {
    const started = await Promise.allSettled(starts)
    await Promise.all(started.map((start) => start.status === 'fulfilled' && start.value.stop()))
  }
  try {
    const servers = await Promise.all(starts)
    await formCluster(servers.slice(0, nodes), servers.slice(nodes))
    return clusterOf(servers, stop)
  } catch (error) {
    await stop()
    throw error
  }
}

type Server = Omit<PrivateServer, 'source'>

function clusterOf(servers: readonly Server[], stop: () => Promise<void>): Omit<RedisCluster, 'source'> {
  const down = new Set<Server>()
  const running = () => servers.filter((server) => !down.has(server))
  const at = (port: number): Server => {
    const server = servers.find((candidate) => candidate.port === port)
    if (!server) throw new TypeError(`no node of this cluster has port ${port}`)
    return server
  }
  const ask = async (...command: [string, ...string[]]): Promise<unknown> => {
    const [server] = running()
    if (!server) throw new Error('no node of this cluster runs')
    return askRedis(server.url, (client) => client.call(...command))
  }
  const owners = async () => (await ask('CLUSTER', 'SLOTS')) as [number, number, [string, number]][]

  return {
    nodes: servers.map(({ port }) => ({ host: '127.0.0.1', port })),
    slotOf: async (key) => Number(await ask('CLUSTER', 'KEYSLOT', key)),
    async ownerOf(slot) {
      const owner = (await owners()).find(([first, last]) => first <= slot && slot <= last)
      if (!owner) throw new Error(`nobody owns slot ${slot}`)
      return owner[2][1]
    },
    async reshard(fromPort, toPort, slots, options) {
      const masters = new Set((await owners()).map(([, , [, port]]) => port))
      const otherPorts = running()
        .map(({ port }) => port)
        .filter((port) => masters.has(port) && port !== fromPort && port !== toPort)
      await reshard({ fromPort: at(fromPort).port, toPort: at(toPort).port, otherPorts, slots, ...options })
    },
    async killNode(port) {
      const server = at(port)
      down.add(server)
      await server.kill()
    },
    async restartNode(port) {
      const server = at(port)
      await server.restart()
      down.delete(server)
      if (down.size === 0) await until(() => wholeFor(servers, servers.length))
    },
    stop,
  }
}
