import { PostgresStore } from '@idem/postgres'
import { startPrivatePostgres, type TestServer } from '@idem/test-servers'
import type { Pool } from 'pg'
import { NoServer } from '../no-server'
import { type KeySource, keySource } from '../work/key-source'
import { openPool } from './connect'

/** Where this run keeps all that it writes. */
export interface PostgresPlace {
  readonly url: string
  /** A plain name, and nobody else's. */
  readonly schema: string
}

/** A server of our own, whose commits wait for the disk, or the one at `DATABASE_URL`; only the schema is touched. */
export interface PostgresServer extends PostgresPlace {
  /** Name, version, where it came from, and how durable it is. */
  readonly description: string
  /** For looking and tidying up, never for what is measured. */
  readonly pool: Pool
  readonly keys: KeySource
  /** Empties the records, and what has piled up beside them. */
  tidy(): Promise<void>
  close(): Promise<void>
}

/** How many accounts there are to pay from: more than transactions that are open at once, for none is to wait. */
export const ACCOUNTS = 1000

/** @throws NoServer, with what was tried */
export async function openPostgres(): Promise<PostgresServer> {
  const server = await startServer()
  const keys = keySource()
  const schema = keys.mark.replace('-', '_')
  const pool = openPool(server.url)
  const close = async () => {
    try {
      await pool.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`)
    } finally {
      await pool.end()
      await server.stop()
    }
  }
  try {
    const description = `${await describe(pool)} (from ${server.source})`
    await new PostgresStore(pool, { schema }).migrate()
    await pool.query(tables(schema))
    return {
      url: server.url,
      schema,
      description,
      pool,
      keys,
      async tidy() {
        await pool.query(`TRUNCATE ${schema}.records, ${schema}.raw, ${schema}.payments`)
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** One whose commits do not wait for the disk, as those for tests, would flatter whoever commits most. */
async function startServer(): Promise<TestServer> {
  const url = process.env['DATABASE_URL']
  if (url) return { url, source: 'environment', stop: async () => {} }
  const server = await startPrivatePostgres()
  if (!('url' in server)) throw new NoServer('PostgreSQL', server.reason)
  return server
}

/** What floors keep instead of records, and the business of the transactions. */
const tables = (schema: string) => `
  CREATE TABLE ${schema}.raw (key text PRIMARY KEY, state text NOT NULL, answer text);
  CREATE TABLE ${schema}.accounts (id integer PRIMARY KEY, balance bigint NOT NULL) WITH (fillfactor = 50);
  INSERT INTO ${schema}.accounts SELECT id, 0 FROM generate_series(0, ${ACCOUNTS - 1}) AS id;
  CREATE TABLE ${schema}.payments (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account integer NOT NULL, amount bigint NOT NULL
  );
  ${['records', 'raw', 'payments']
    // Who happens to have a turn while it runs would be the slower for it.
    .map((table) => `ALTER TABLE ${schema}.${table} SET (autovacuum_enabled = off);`)
    .join(' ')}`

/** What it is, and what of its settings decides how long a commit takes. */
async function describe(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ version: string; fsync: string; commits: string }>(
    `SELECT current_setting('server_version') AS version, current_setting('fsync') AS fsync,
      current_setting('synchronous_commit') AS commits`,
  )
  const [{ version, fsync, commits }] = rows as [(typeof rows)[number]]
  return `PostgreSQL ${version}, fsync ${fsync}, synchronous_commit ${commits}`
}
