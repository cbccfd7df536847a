import { RedisLockStore, RedisStore } from '@idem/redis'
import { Redis } from 'ioredis'
import type { OpenedStores } from './opened-stores'

/** As a service would have it: one connection for commands, one on which waiters are woken. */
export async function openRedisStores(url: string): Promise<OpenedStores> {
  const clients = await Promise.all(Array.from({ length: 4 }, () => connect(url)))
  const [client, subscriber, otherClient, otherSubscriber] = clients as [Redis, Redis, Redis, Redis]
  const subscribers = [subscriber, otherSubscriber]
  return {
    stores: [
      new RedisStore(client, { subscriber }),
      new RedisStore(otherClient, { subscriber: otherSubscriber }),
    ],
    locks: [
      new RedisLockStore(client, { subscriber }),
      new RedisLockStore(otherClient, { subscriber: otherSubscriber }),
    ],
    // The only one of a service that listens to these.
    listeners: () =>
      subscribers.reduce((sum, each) => sum + each.listenerCount('message') + each.listenerCount('ready'), 0),
    look: () => ({}),
    // The server does so by itself.
    async sweep() {},
    async close() {
      await Promise.all(clients.map((each) => each.quit()))
    },
  }
}

async function connect(url: string): Promise<Redis> {
  const client = new Redis(url, { lazyConnect: true })
  await client.connect()
  return client
}
