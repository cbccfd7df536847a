import { describeStore } from '@idem/conformance'
import { Redis } from 'ioredis'
import { inject } from 'vitest'
import { RedisStore } from '../src/redis-store'

const url = inject('redisUrl') as string

describeStore('RedisStore', {
  create: () => {
    const client = new Redis(url)
    const subscriber = new Redis(url)
    return { store: new RedisStore(client, { prefix: 'conformance/', subscriber }), client, subscriber }
  },
  dispose: async ({ client, subscriber }) => {
    await Promise.all([client.quit(), subscriber.quit()])
  },
})
