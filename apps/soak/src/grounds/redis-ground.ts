import { startPrivateRedis } from '@idem/test-servers'
import { Redis } from 'ioredis'
import { NAMESPACE } from '../order'
import type { Ground } from './ground'

/** A server of its own, whose memory is nobody else's. @throws if none can be had, with what was tried */
export async function redisGround(): Promise<Ground> {
  const server = await startPrivateRedis()
  if ('reason' in server) throw new Error(`no Redis can be had:\n${server.reason}`)
  try {
    const client = new Redis(server.url, { lazyConnect: true })
    await client.connect()
    const figure = async (section: string, name: string) =>
      Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(await client.info(section))?.[1])
    return {
      server: `Redis ${/^redis_version:(\S+)/m.exec(await client.info('server'))?.[1]} (from ${server.source})`,
      url: server.url,
      cleanUpMs: 1000,
      look: async () => ({
        connections: (await figure('clients', 'connected_clients')) - 1,
        records: await countKeys(client),
        bytes: await figure('memory', 'used_memory'),
        watches: ((await client.pubsub('CHANNELS')) as unknown[]).length,
      }),
      async close() {
        client.disconnect()
        await server.stop()
      },
    }
  } catch (error) {
    await server.stop()
    throw error
  }
}

/** Locks have keys of their own, as many as there are names. */
async function countKeys(client: Redis): Promise<number> {
  const keys = new Set<string>()
  let cursor = '0'
  do {
    const [next, found] = await client.scan(cursor, 'MATCH', `${NAMESPACE}:*`, 'COUNT', 1000)
    for (const key of found) keys.add(key)
    cursor = next
  } while (cursor !== '0')
  return keys.size
}
