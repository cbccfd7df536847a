import { startPrivatePostgres } from '@idem/test-servers'
import { postgresBank } from '../../transfers/postgres/postgres-bank'
import type { BankTarget } from '../target'

/** PostgreSQL, which has on disk what it has answered. It looks for deadlocks soon, of which short runs are to see some. */
export const postgresTarget: BankTarget = {
  name: 'postgres',
  start: () => startPrivatePostgres({ settings: { deadlock_timeout: '100ms' } }),
  worker: new URL('postgres-worker.ts', import.meta.url),
  bank: postgresBank,
}
