import { statfs } from 'node:fs/promises'
import { PostgresStore } from '@idem/postgres'
import type { Pool } from 'pg'
import { isHere } from '../is-here'
import { openPostgres, type PostgresServer } from '../postgres/server'
import { type Filling, type GrownStore, grownKey, HASH_LENGTH, keyPrefix, settleOne } from './grown-store'
import type { Ground } from './growth'

/** How many rows one statement makes. */
const ROWS = 100_000

/** Two tables in one database. */
export async function postgresGround(): Promise<Ground> {
  const server = await openPostgres()
  try {
    return {
      server: server.description,
      mark: server.keys.mark,
      grown: await grownTable(server, 'grown'),
      small: await grownTable(server, 'small'),
      close: server.close,
    }
  } catch (error) {
    await server.close()
    throw error
  }
}

async function grownTable({ url, pool, schema, keys }: PostgresServer, name: string): Promise<GrownStore> {
  const table = `${schema}.${name}`
  const store = new PostgresStore(pool, { schema, table: name, prepare: true })
  await store.migrate()
  // Whatever is measured while it runs would be the slower for it.
  await pool.query(`ALTER TABLE ${table} SET (autovacuum_enabled = off)`)
  return {
    store,
    async fill(from, to, filling) {
      // All are copies of one that the store itself has made.
      if (from === 0) await settleOne(store, grownKey(keys.mark, 0))
      // Keys without order are sorted into an index in one go far sooner than one by one.
      await pool.query(`ALTER TABLE ${table} DROP CONSTRAINT ${name}_pkey`)
      await copy(pool, table, keys.mark, Math.max(from, 1), to, filling)
      await pool.query(
        `BEGIN; SET LOCAL maintenance_work_mem = '512MB';
        ALTER TABLE ${table} ADD CONSTRAINT ${name}_pkey PRIMARY KEY (key); COMMIT`,
      )
    },
    async settle() {
      await pool.query(`ANALYZE ${table}`)
      // What the filling has left to be written would be written while calls are measured. Not everybody may ask for it.
      await pool.query('CHECKPOINT').catch((error: { code?: unknown }) => {
        if (error.code !== '42501') throw error
      })
    },
    async forget(keys) {
      await pool.query(`DELETE FROM ${table} WHERE key = ANY ($1)`, [keys])
    },
    async space() {
      const { rows } = await pool.query<{ taken: string }>(
        `SELECT pg_total_relation_size('${table}') AS taken`,
      )
      return { taken: Number(rows[0]?.taken), free: await freeBytes(pool, url) }
    },
  }
}

async function copy(
  pool: Pool,
  table: string,
  mark: string,
  from: number,
  to: number,
  { signal, filled }: Filling,
): Promise<void> {
  for (let first = from; first < to; first += ROWS) {
    signal.throwIfAborted()
    const values = [grownKey(mark, 0), keyPrefix(mark), first, Math.min(first + ROWS, to) - 1]
    await pool.query(
      `INSERT INTO ${table} (key, state, owner, fingerprint, value, attempt, fence, retryable, takeover,
        created_at, updated_at, lease_until, expires_at, gone_at)
      SELECT $2 || left(md5(i::text), ${HASH_LENGTH}), state, left(md5('o' || i) || md5(i::text), length(owner)),
        left(md5('f' || i), length(fingerprint)), value, attempt, fence + i, retryable, takeover,
        created_at, updated_at, lease_until, expires_at, gone_at
      FROM ${table}, generate_series($3::integer, $4::integer) AS i WHERE key = $1`,
      values,
    )
    filled(Math.min(first + ROWS, to))
  }
}

/** Where the server keeps its files, if that is this machine and may be known. */
async function freeBytes(pool: Pool, url: string): Promise<number | undefined> {
  if (!isHere(url)) return undefined
  try {
    const { rows } = await pool.query<{ data_directory: string }>('SHOW data_directory')
    const { bavail, bsize } = await statfs(rows[0]?.data_directory ?? '')
    return bavail * bsize
  } catch {
    return undefined
  }
}
