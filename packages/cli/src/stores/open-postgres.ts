import { PostgresStore } from '@idem/postgres'
import pg from 'pg'
import { failed, misused } from '../failure'
import type { OpenStore, StorePlace } from './open-store'
import { ANSWER_MS, CONNECT_MS, NAME } from './patience'

export async function openPostgres(place: StorePlace): Promise<OpenStore> {
  if (!URL.canParse(place.url)) {
    throw misused('the URL of the store cannot be parsed; special characters of a password are to be escaped')
  }
  const pool = new pg.Pool({
    connectionString: place.url,
    max: 1,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: ANSWER_MS,
    application_name: NAME,
  })
  // A connection that is lost while nothing is asked; the next question takes another.
  pool.on('error', () => {})
  try {
    const [schema, table] = [place.text('schema') ?? 'idem', place.text('table') ?? 'records']
    const store = new PostgresStore(pool, { schema, table })
    const { rows } = await pool.query<{ table: string | null }>('SELECT to_regclass($1)::text AS table', [
      `${quoted(schema)}.${quoted(table)}`,
    ])
    if (rows[0]?.table === null) {
      throw failed(
        `there is no table ${schema}.${table}: do --schema and --table say what the application says? ` +
          'It makes the table with migrate()',
      )
    }
    return {
      store,
      title: `PostgreSQL at ${place.shownUrl}, table ${schema}.${table}`,
      sweep: (signal) => store.sweep({ signal }),
      close: () => pool.end(),
    }
  } catch (error) {
    await pool.end()
    throw error
  }
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`
