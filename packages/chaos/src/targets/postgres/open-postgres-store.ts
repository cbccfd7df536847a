import { setTimeout as sleep } from 'node:timers/promises'
import { StoreError } from '@idem/core'
import { PostgresStore } from '@idem/postgres'
import { Client, type Pool } from 'pg'
import type { OpenedStore } from '../../worker/run-worker'
import { openPool } from './open-pool'

const TRY_AGAIN_MS = 50

export interface OpenedPostgresStore extends OpenedStore {
  readonly store: PostgresStore
  readonly pool: Pool
}

/** The store on clients of its own, its tables made. Every second process hears of changes, the others poll. */
export async function openPostgresStore(
  url: string,
  place: number,
  schema?: string,
): Promise<OpenedPostgresStore> {
  const pool = openPool(url)
  const listener = place % 2 === 0 ? await connected(url) : undefined
  const store = new PostgresStore(pool, { listener, schema })
  await migrated(store)
  return {
    store,
    pool,
    async close() {
      // A connection that is lost is closed.
      await Promise.all([pool.end(), listener?.end().catch(() => {})])
    },
  }
}

/** A process may be started while the server is away. */
async function connected(url: string): Promise<Client> {
  for (;;) {
    const client = new Client({ connectionString: url })
    // What becomes of a connection is told to who uses it; without a listener it would end the process.
    client.on('error', () => {})
    try {
      await client.connect()
      return client
    } catch {
      await client.end().catch(() => {})
      await sleep(TRY_AGAIN_MS)
    }
  }
}

async function migrated(store: PostgresStore): Promise<void> {
  for (;;) {
    try {
      return await store.migrate()
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      await sleep(TRY_AGAIN_MS)
    }
  }
}
