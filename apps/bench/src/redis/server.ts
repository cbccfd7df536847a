import { startRedis } from '@idem/test-servers'
import type { Redis } from 'ioredis'
import { NoServer } from '../no-server'
import { type KeySource, keySource } from '../work/key-source'
import { connect } from './connect'
import { removeKeys } from './key-space'

/** A server of our own, or the one at `REDIS_URL`; of the latter only the keys of this run are touched. */
export interface RedisServer {
  readonly url: string
  /** Name, version and where it came from. */
  readonly description: string
  /** For looking and tidying up, never for what is measured. */
  readonly client: Redis
  readonly keys: KeySource
  tidy(): Promise<void>
  close(): Promise<void>
}

/** @throws NoServer, with what was tried */
export async function openRedis(): Promise<RedisServer> {
  const server = await startRedis()
  if (!('url' in server)) throw new NoServer('Redis', server.reason)
  try {
    const client = await connect(server.url)
    const keys = keySource()
    const tidy = () => removeKeys(client, keys.mark)
    return {
      url: server.url,
      description: `${nameOf(await client.info('server'))} (from ${server.source})`,
      client,
      keys,
      tidy,
      async close() {
        try {
          await tidy()
        } finally {
          client.disconnect()
          await server.stop()
        }
      },
    }
  } catch (error) {
    await server.stop()
    throw error
  }
}

/** Valkey says its own version besides that of the Redis it stands in for. */
export function nameOf(info: string): string {
  const valkey = /^valkey_version:(\S+)/m.exec(info)?.[1]
  return valkey
    ? `Valkey ${valkey}`
    : `Redis ${/^redis_version:(\S+)/m.exec(info)?.[1] ?? 'of unknown version'}`
}
