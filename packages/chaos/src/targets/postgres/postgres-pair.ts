import { type PrivatePostgres, startPrivatePostgres, until } from '@idem/test-servers'
import type { Pool } from 'pg'
import { LINK_MS } from '../pair/link-ms'
import type { PairKind } from '../pair/pair'
import type { Replication } from '../target'
import { withPool } from './with-pool'

/** It looks for deadlocks soon, of which short runs are to see some. */
export const POSTGRES_SETTINGS = { deadlock_timeout: '100ms' }

/** A PostgreSQL and its standby. With `sync`, a commit is answered when the standby has it on disk. */
export const postgresPair = (replication: Replication): PairKind<PrivatePostgres> => {
  const settings = {
    ...POSTGRES_SETTINGS,
    synchronous_standby_names: replication === 'sync' ? '*' : '',
    // A standby whose primary was restarted looks for it again so soon.
    wal_retrieve_retry_interval: '100ms',
  }
  return {
    linkMs: LINK_MS[replication],
    startPrimary: () => startPrivatePostgres({ settings }),
    startReplica: (primary, port) => startPrivatePostgres({ settings, standbyOf: { ...primary, port } }),

    caughtUp: ({ url }) =>
      withPool(url, async (pool) => {
        const { lsn } = await first(pool, 'SELECT pg_current_wal_lsn() AS lsn')
        await until(async () => {
          const { whole } = await first(
            pool,
            `SELECT count(*) = 1 AS whole FROM pg_stat_replication
             WHERE state = 'streaming' AND sync_state = $1 AND flush_lsn >= $2`,
            [replication, lsn],
          )
          return whole === true || 'the standby does not have what the primary has'
        })
      }),

    promote: ({ url }) =>
      withPool(url, async (pool) => {
        const { promoted } = await first(pool, 'SELECT pg_promote(true, 30) AS promoted')
        if (promoted !== true) throw new Error('the standby was not promoted within 30 s')
      }),
  }
}

async function first(
  pool: Pool,
  statement: string,
  values: readonly unknown[] = [],
): Promise<Record<string, unknown>> {
  const { rows } = await pool.query(statement, [...values])
  return rows[0] as Record<string, unknown>
}
