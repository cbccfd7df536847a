import { fromDocker } from '../docker'
import { firstAvailable, type ServerSource } from '../first-available'
import { freePort } from '../free-port'
import { fromEnvironment } from '../from-environment'
import { fromBinaries } from '../server-binary'
import { startSupervised } from '../supervision/supervised-server'
import type { StartOptions, TestServer, Unavailable } from '../test-server'
import { pingRedis } from './ping-redis'
import { redisBinaries } from './redis-binaries'
import { redisArgs, redisUrl } from './redis-command'

export const redisSources: readonly ServerSource[] = [
  fromEnvironment('REDIS_URL', pingRedis),
  ...fromBinaries('Redis', redisBinaries, startBinary),
  fromDocker({ image: 'redis:8-alpine', port: 6379, url: redisUrl, ping: pingRedis }),
]

/**
 * A Redis (or Valkey) server that keeps nothing on disk.
 *
 * @example
 * const redis = await startRedis({ progress: console.error })
 * if ('reason' in redis) throw new Error(redis.reason)
 */
export function startRedis({ progress }: StartOptions = {}): Promise<TestServer | Unavailable> {
  return firstAvailable(redisSources, progress)
}

export function startBinary(binary: string) {
  return startSupervised(async ({ directory }) => {
    const port = await freePort()
    return {
      url: redisUrl(port),
      command: binary,
      args: redisArgs({ port, directory }),
      stopSignal: 'SIGTERM',
      ping: pingRedis,
    }
  })
}
