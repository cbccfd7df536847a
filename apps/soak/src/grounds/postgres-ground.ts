import { startPrivatePostgres } from '@idem/test-servers'
import { Client } from 'pg'
import type { Ground } from './ground'

/** Of the server's own tables, and of those that idem has made. */
const LOOK = `SELECT
  (SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()) AS connections,
  (SELECT count(*) FROM idem.records) AS records,
  (SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'idem' AND c.relkind = 'r') AS bytes,
  (SELECT count(*) FROM idem.records_watched) + (SELECT count(*) FROM idem.locks_watched) AS watches`

type Figures = Readonly<Record<'connections' | 'records' | 'bytes' | 'watches', string>>

/** A server of its own, set up as it comes. @throws if none can be had, with what was tried */
export async function postgresGround(): Promise<Ground> {
  const server = await startPrivatePostgres()
  if ('reason' in server) throw new Error(`no PostgreSQL can be had:\n${server.reason}`)
  const client = new Client({ connectionString: server.url }).on('error', () => {})
  try {
    await client.connect()
    const { rows } = await client.query<{ server_version: string }>('SHOW server_version')
    return {
      server: `PostgreSQL ${rows[0]?.server_version} (from ${server.source})`,
      url: server.url,
      // Autovacuum comes once a minute, and to each of the tables only when enough of it has changed.
      cleanUpMs: 4 * 60_000,
      async look() {
        const [figures] = (await client.query<Figures>(LOOK)).rows as [Figures]
        const { connections, records, bytes, watches } = figures
        return {
          connections: Number(connections),
          records: Number(records),
          bytes: Number(bytes),
          watches: Number(watches),
        }
      },
      async close() {
        await client.end()
        await server.stop()
      },
    }
  } catch (error) {
    await server.stop()
    throw error
  }
}
