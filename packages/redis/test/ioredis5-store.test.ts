import { describeStore } from '@idem/conformance'
import { Redis } from 'ioredis5'
import { describe, inject } from 'vitest'
import { RedisStore } from '../src/index'

const url = inject('redisUrl')

describe.skipIf(url === undefined)('on ioredis 5', () => {
  describeStore('RedisStore', {
    create: () => {
      const [client, subscriber] = [new Redis(url ?? ''), new Redis(url ?? '')]
      return { store: new RedisStore(client, { prefix: 'conformance-5/', subscriber }), client, subscriber }
    },
    dispose: async ({ client, subscriber }) => {
      await Promise.all([client.quit(), subscriber.quit()])
    },
  })
})
