import { firstAvailable, type ServerSource } from '../first-available'
import { fixedPort } from '../fixed-port'
import { neverPrivate } from '../never-private'
import { type BinarySource, fromBinaries } from '../server-binary'
import { type PrivateServer, startPrivate } from '../supervision/private-server'
import type { StartOptions, Unavailable } from '../test-server'
import { until } from '../until'
import { askRedis, pingRedis } from './ping-redis'
import { redisBinaries } from './redis-binaries'
import { redisArgs, redisUrl } from './redis-command'

export interface PrivateRedisOptions extends StartOptions {
  /**
   * Writes each change to an append-only file before it is answered, so that nothing that was
   * answered is lost when the server is killed and restarted.
   *
   * @defaultValue `false`: a restarted server is empty
   */
  readonly appendOnly?: boolean
  /** The port of the server whose replica this is. It has all of its keys when it is handed over. */
  readonly replicaOf?: number
  /** Further arguments, as on a command line: `['--maxmemory', '10mb']`. */
  readonly args?: readonly string[]
}

/**
 * A Redis (or Valkey) server of one test's own, to be killed, restarted, paused and configured.
 *
 * @example
 * const redis = await startPrivateRedis({ appendOnly: true })
 * if ('reason' in redis) throw new Error(redis.reason)
 * await redis.kill()
 * await redis.restart()
 */
export function startPrivateRedis(options: PrivateRedisOptions = {}): Promise<PrivateServer | Unavailable> {
  return startPrivateFrom('Redis', redisBinaries, 'REDIS_URL', options)
}

/** The same with the programs of another kind of Redis. */
export function startPrivateFrom(
  title: string,
  binaries: readonly BinarySource[],
  variable: string,
  options: PrivateRedisOptions,
): Promise<PrivateServer | Unavailable> {
  const sources: ServerSource<Omit<PrivateServer, 'source'>>[] = [
    ...fromBinaries(`a private ${title}`, binaries, (binary) => startPrivateBinary(binary, options)),
    ...neverPrivate(variable),
  ]
  return firstAvailable(sources, options.progress)
}

export async function startPrivateBinary(
  binary: string,
  { appendOnly, replicaOf, args }: PrivateRedisOptions,
): Promise<Omit<PrivateServer, 'source'>> {
  const server = await startPrivate(async ({ directory }) => {
    const port = await fixedPort()
    return {
      url: redisUrl(port),
      command: binary,
      args: redisArgs({ port, directory, appendOnly, replicaOf, args }),
      stopSignal: 'SIGTERM',
      ping: pingRedis,
    }
  })
  if (replicaOf !== undefined) {
    await until(() => inSync(server.url)).catch(async (error) => {
      await server.stop()
      throw error
    })
  }
  return server
}

/** Whether a replica has what its master has. */
export async function inSync(url: string): Promise<true | string> {
  const info = await askRedis(url, (client) => client.info('replication'))
  return /^master_link_status:up\r?$/m.test(info) || `the replica does not reach its master:\n${info}`
}
