import { startPrivatePostgres } from '@idem/test-servers'
import type { Target } from '../target'

/** PostgreSQL, which has on disk what it has answered. It looks for deadlocks soon, of which short runs are to see some. */
export const postgresTarget: Target = {
  name: 'postgres',
  start: () => startPrivatePostgres({ settings: { deadlock_timeout: '100ms' } }),
  worker: new URL('postgres-worker.ts', import.meta.url),
}
