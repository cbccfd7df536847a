import { RedisStore, type RedisStoreOptions } from '@idem/redis'
import { Redis } from 'ioredis'
import type { OpenedStore } from '../../worker/run-worker'

/** The store on clients of its own. Every second process hears of changes, the others poll. */
export async function openRedisStore(
  url: string,
  place: number,
  options: Pick<RedisStoreOptions, 'waitReplicas'> = {},
): Promise<OpenedStore> {
  const clients = [new Redis(url)]
  if (place % 2 === 0) clients.push(new Redis(url))
  // What becomes of a connection is told to who uses it; without a listener it would be printed as well.
  for (const client of clients) client.on('error', () => {})
  const [client, subscriber] = clients as [Redis, Redis?]
  return {
    store: new RedisStore(client, { ...options, subscriber }),
    close() {
      for (const one of clients) one.disconnect()
    },
  }
}
