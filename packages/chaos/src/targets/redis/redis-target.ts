import { startPrivateRedis } from '@idem/test-servers'
import { Pair } from '../pair/pair'
import type { Target } from '../target'
import { redisPair } from './redis-pair'

/** Redis, with an append-only file that is synced before each answer. */
export const redisTarget: Target = {
  name: 'redis',
  start: () => startPrivateRedis({ appendOnly: true }),
  worker: new URL('redis-worker.ts', import.meta.url),
  pairs: {
    start: (replication) => Pair.start(redisPair(replication)),
    syncWorker: new URL('waiting-redis-worker.ts', import.meta.url),
  },
}
