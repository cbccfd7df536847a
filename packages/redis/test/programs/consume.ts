// A process that consumes, and counts in Redis what it has applied. At the message that it is told it stays for ever, and
// says so.
import { Idem } from '@idem/core'
import { idempotentConsumer } from '@idem/core/consumer'
import { Redis } from 'ioredis'
import { RedisStore, RedisStreamConsumer, type StreamFields } from '../../src'

const [url, stream, stuckAt] = process.argv.slice(2) as [string, string, string]
const redis = new Redis(url)
const idem = new Idem({ store: new RedisStore(redis, { prefix: `${stream}/` }), lease: '500ms' })
// One at a time: whoever is killed between an effect out here and its record has done what nobody can know of.
const consumer = new RedisStreamConsumer(redis, {
  reader: redis.duplicate(),
  ...{ stream, group: 'points', minIdle: 500, block: 50, concurrency: 1 },
  handle: idempotentConsumer<StreamFields>({
    idem,
    name: 'points',
    key: ({ id }) => id ?? '',
    backoff: () => 50,
    handler: async ({ id }) => {
      if (id === stuckAt) {
        process.stdout.write('stuck\n')
        await new Promise(() => {})
      }
      await redis.hincrby(`${stream}:applied`, id ?? '', 1)
    },
  }),
})
// Ends with whoever started it.
process.stdin.on('end', () => process.exit()).resume()
await consumer.run()
