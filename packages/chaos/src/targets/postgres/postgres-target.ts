import { startPrivatePostgres } from '@idem/test-servers'
import type { Target } from '../target'

/** PostgreSQL, which has on disk what it has answered. */
export const postgresTarget: Target = {
  name: 'postgres',
  start: () => startPrivatePostgres(),
  worker: new URL('postgres-worker.ts', import.meta.url),
}
