import { PostgresStore, type PostgresStoreOptions } from '@idem/postgres'
import type { PoolClient } from 'pg'
import type { OpenedStore } from '../work/idem'
import { connect, openPool } from './connect'
import type { PostgresPlace } from './server'

export interface OpenedPostgresStore extends OpenedStore {
  readonly store: PostgresStore<PoolClient>
}

/** As a service would have it: a pool for statements, a connection on which waiters are woken. */
export async function openPostgresStore(
  { url, schema }: PostgresPlace,
  options: Pick<PostgresStoreOptions, 'prepare'> = { prepare: true },
): Promise<OpenedPostgresStore> {
  const pool = openPool(url)
  const listener = await connect(url)
  return {
    store: new PostgresStore(pool, { schema, listener, ...options }),
    async close() {
      await Promise.all([pool.end(), listener.end()])
    },
  }
}
