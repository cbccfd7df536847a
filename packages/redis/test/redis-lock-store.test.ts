import { describeLockStore } from '@idem/conformance'
import { Redis } from 'ioredis'
import { inject } from 'vitest'
import { RedisLockStore } from '../src/redis-lock-store'

const url = inject('redisUrl') as string

describeLockStore('RedisLockStore', {
  create: () => {
    const client = new Redis(url)
    const subscriber = new Redis(url)
    return { store: new RedisLockStore(client, { prefix: 'conformance/', subscriber }), client, subscriber }
  },
  dispose: async ({ client, subscriber }) => {
    await Promise.all([client.quit(), subscriber.quit()])
  },
})
