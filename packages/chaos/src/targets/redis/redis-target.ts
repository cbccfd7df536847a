import { startPrivateRedis } from '@idem/test-servers'
import type { Target } from '../target'

/** Redis, with an append-only file that is synced before each answer. */
export const redisTarget: Target = {
  name: 'redis',
  start: () => startPrivateRedis({ appendOnly: true }),
  worker: new URL('redis-worker.ts', import.meta.url),
}
