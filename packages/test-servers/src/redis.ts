import { Redis } from 'ioredis'
import { aptInstall } from './apt-install'
import { fromDocker } from './docker'
import { findBinary } from './find-binary'
import { firstAvailable, type ServerSource } from './first-available'
import { freePort } from './free-port'
import { fromEnvironment } from './from-environment'
import { startSupervised } from './supervised-server'
import type { TestServer, Unavailable } from './test-server'

const binaries = ['redis-server', 'valkey-server']

export const redisSources: readonly ServerSource[] = [
  fromEnvironment('REDIS_URL', pingRedis),
  {
    name: 'this machine',
    async start() {
      const binary = findBinary(binaries)
      if (!binary) throw new Error(`no ${binaries.join(' or ')} in PATH`)
      return startBinary(binary)
    },
  },
  {
    name: 'apt package',
    async start() {
      await aptInstall('redis-server')
      const binary = findBinary(binaries)
      if (!binary) throw new Error('the package was installed, but brought no server')
      return startBinary(binary)
    },
  },
  fromDocker({
    image: 'redis:8-alpine',
    port: 6379,
    url: (port) => `redis://127.0.0.1:${port}`,
    ping: pingRedis,
  }),
]

/** A Redis (or Valkey) server that keeps nothing on disk. */
export function startRedis(): Promise<TestServer | Unavailable> {
  return firstAvailable(redisSources)
}

function startBinary(binary: string) {
  return startSupervised(async ({ directory }) => {
    const port = await freePort()
    return {
      url: `redis://127.0.0.1:${port}`,
      command: binary,
      args: [
        ...['--bind', '127.0.0.1', '--port', String(port), '--dir', directory],
        ...['--save', '', '--appendonly', 'no', '--daemonize', 'no'],
      ],
      stopSignal: 'SIGTERM',
      ping: pingRedis,
    }
  })
}

async function pingRedis(url: string): Promise<void> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null, connectTimeout: 5_000 })
  // connect() rejects with a bare "Connection is closed."; why it is closed comes with the event.
  let cause: unknown
  client.on('error', (error) => {
    cause = error
  })
  try {
    await client.connect()
    await client.ping()
  } catch (error) {
    throw cause ?? error
  } finally {
    client.disconnect()
  }
}
