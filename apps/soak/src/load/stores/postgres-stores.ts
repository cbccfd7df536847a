import { Idem } from '@idem/core'
import { PostgresLockStore, PostgresStore } from '@idem/postgres'
import { Client, Pool } from 'pg'
import type { Ledger, OpenedStores } from './opened-stores'

/** As a service would have it: a pool for statements, a connection on which waiters are woken. */
export async function openPostgresStores(url: string): Promise<OpenedStores> {
  const [one, other] = await Promise.all([open(url), open(url)])
  await one.store.migrate()
  await one.locks.migrate()
  await one.pool.query('CREATE TABLE IF NOT EXISTS idem.ledger (key text NOT NULL)')
  await one.pool.query('CREATE INDEX IF NOT EXISTS ledger_key ON idem.ledger (key)')
  const both = [one, other]
  return {
    stores: [one.store, other.store],
    locks: [one.locks, other.locks],
    openLedger(settings): Ledger {
      const idems = [
        new Idem({ ...settings, store: one.store }),
        new Idem({ ...settings, store: other.store }),
      ] as const
      return {
        transact: (by, key, body) =>
          idems[by].transaction(key, ({ tx }) =>
            body(async () => {
              await tx.query('INSERT INTO idem.ledger (key) VALUES ($1)', [key])
            }),
          ),
        take: async (key) =>
          (await one.pool.query('DELETE FROM idem.ledger WHERE key = $1', [key])).rowCount ?? 0,
      }
    },
    listeners: () =>
      both.reduce(
        (sum, { listener }) => sum + listener.listenerCount('notification') + listener.listenerCount('end'),
        0,
      ),
    look: () => ({}),
    async sweep() {
      await one.store.sweep()
      await one.locks.sweep()
    },
    async close() {
      await Promise.all(both.flatMap(({ pool, listener }) => [pool.end(), listener.end()]))
    },
  }
}

async function open(url: string) {
  const pool = new Pool({ connectionString: url, max: 10 })
  const listener = new Client({ connectionString: url })
  await listener.connect()
  return {
    pool,
    listener,
    store: new PostgresStore(pool, { listener, prepare: true }),
    locks: new PostgresLockStore(pool, { listener, prepare: true }),
  }
}
