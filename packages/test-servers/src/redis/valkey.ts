import { fromDocker } from '../docker'
import { firstAvailable, type ServerSource } from '../first-available'
import { fromEnvironment } from '../from-environment'
import { type BinarySource, fromApt, fromBinaries, onThisMachine } from '../server-binary'
import type { PrivateServer } from '../supervision/private-server'
import type { StartOptions, TestServer, Unavailable } from '../test-server'
import { pingValkey } from './ping-redis'
import { type PrivateRedisOptions, startPrivateFrom } from './private-redis'
import { startBinary } from './redis'
import { redisUrl } from './redis-command'

const names = ['valkey-server']

// Debian has the package from 13 on, and Ubuntu from 24.04 on.
const valkeyBinaries: readonly BinarySource[] = [onThisMachine(names), fromApt('valkey-server', names)]

export const valkeySources: readonly ServerSource[] = [
  fromEnvironment('VALKEY_URL', pingValkey),
  ...fromBinaries('Valkey', valkeyBinaries, startBinary),
  fromDocker({ image: 'valkey/valkey:8-alpine', port: 6379, url: redisUrl, ping: pingValkey }),
]

/** A Valkey server that keeps nothing on disk. */
export async function startValkey({ progress }: StartOptions = {}): Promise<TestServer | Unavailable> {
  const server = await firstAvailable(valkeySources, progress)
  // Who names a server means to have one: that it does not answer is no reason to skip.
  if ('reason' in server && process.env['VALKEY_URL']) return { reason: server.reason }
  return server
}

/** As `startPrivateRedis`, and never a Redis. */
export function startPrivateValkey(options: PrivateRedisOptions = {}): Promise<PrivateServer | Unavailable> {
  return startPrivateFrom('Valkey', valkeyBinaries, 'VALKEY_URL', options)
}
