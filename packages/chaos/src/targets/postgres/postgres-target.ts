import { startPrivatePostgres } from '@idem/test-servers'
import { postgresBank } from '../../transfers/postgres/postgres-bank'
import { Pair } from '../pair/pair'
import type { BankTarget } from '../target'
import { POSTGRES_SETTINGS, postgresPair } from './postgres-pair'

/** PostgreSQL, which has on disk what it has answered. */
export const postgresTarget: BankTarget = {
  name: 'postgres',
  start: () => startPrivatePostgres({ settings: POSTGRES_SETTINGS }),
  worker: new URL('postgres-worker.ts', import.meta.url),
  pairs: { start: (replication) => Pair.start(postgresPair(replication)) },
  bank: postgresBank,
}
