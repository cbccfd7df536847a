import { setTimeout as sleep } from 'node:timers/promises'
import { Idem } from '@idem/core'
import { PostgresLockStore, PostgresStore } from '@idem/postgres'
import { Client, Pool, type PoolConfig } from 'pg'
import { tsImport } from 'tsx/esm/api'
import { StartError } from '../../start-error'
import type { Note, OpenStore, StoreKind, StorePlace } from '../store-kind'
import { PostgresBook } from './postgres-book'
import { postgresTables } from './postgres-table'
import { prepare, SCHEMA } from './schema'

/** Records and payments in one PostgreSQL database: whoever asks the same one shares them. */
export const postgres: StoreKind = {
  shared: true,
  variable: 'DATABASE_URL',
  locate: ({ DATABASE_URL: url }) => (url ? given(url) : own()),
  open,
}

/** How a service wants pg to be, as against a script that may wait. */
const SERVICE = {
  // A connection a statement or a short transaction: few serve many, and many processes share one server.
  max: 8,
  // One that is kept tells at once that the server has gone.
  idleTimeoutMillis: 0,
  // A server that cannot be reached is found out before a client loses patience.
  connectionTimeoutMillis: 2000,
  // A connection on which nothing comes back is given up. Not as soon as the service loses patience with a call: an
  // answer that comes late is still one.
  query_timeout: 10_000,
  keepAlive: true,
} satisfies PoolConfig

/** How long connections may take to say goodbye. */
const CLOSE_WITHIN_MS = 1000

async function given(url: string): Promise<StorePlace> {
  const { where, database } = await prepared(
    url,
    'Start that server, or unset DATABASE_URL: then one is started.',
  )
  const described = `in PostgreSQL at ${where}, in the schema ${SCHEMA} of the database ${database} (DATABASE_URL)`
  return { url, described, close: async () => {} }
}

async function own(): Promise<StorePlace> {
  // Not loaded unless it is needed, and from its sources: it is never published, and so not built.
  const servers: typeof import('@idem/test-servers') = await tsImport('@idem/test-servers', import.meta.url)
  // It keeps no data that anybody wants back, and yet no shortcuts: then it is as fast as one that does.
  const server = await servers.startPostgres({ progress: console.log, durable: true })
  if ('reason' in server) {
    throw new StartError(
      `There is no PostgreSQL, and none could be started:\n${server.reason}\n` +
        'Start one yourself and say where: DATABASE_URL=postgres://user:password@localhost:5432/database',
    )
  }
  try {
    const { where } = await prepared(server.url, 'It was started for the demo.')
    return {
      url: server.url,
      described: `in a PostgreSQL started for the demo, at ${where} (${server.source}), and gone with it`,
      close: () => server.stop(),
    }
  } catch (error) {
    await server.stop()
    throw error
  }
}

/** Makes the tables. @throws StartError with what to do about it */
async function prepared(url: string, advice: string): Promise<{ where: string; database: string }> {
  const { host, port, database = '' } = reading(url)
  const where = `${host}:${port}`
  const pool = new Pool({ connectionString: url, max: 1, connectionTimeoutMillis: 5000 })
  pool.on('error', () => {})
  try {
    const client = await pool.connect().catch((error: unknown) => {
      throw new StartError(
        `DATABASE_URL is set, but no PostgreSQL answers at ${where}: ${said(error)}. ${advice}`,
      )
    })
    client.release()
    await prepare(pool).catch((error: unknown) => {
      throw new StartError(`PostgreSQL at ${where} does not let the demo make its tables: ${said(error)}`)
    })
    return { where, database }
  } finally {
    await pool.end()
  }
}

function reading(url: string): Client {
  try {
    return new Client({ connectionString: url })
  } catch {
    throw new StartError('DATABASE_URL must be like postgres://user:password@localhost:5432/database')
  }
}

async function open(url: string, note: Note): Promise<OpenStore> {
  const pool = new Pool({ ...SERVICE, connectionString: url })
  const stopTelling = tellOutages(pool, note)
  const listener = await listening(url)
  const store = new PostgresStore(pool, { schema: SCHEMA, listener })
  const storm = new Idem({ store, namespace: 'storm' })
  return {
    store,
    locks: new PostgresLockStore(pool, { schema: SCHEMA, listener }),
    tables: postgresTables(pool),
    book: new PostgresBook(pool, store),
    transaction: (key, work) => storm.transaction(key, work),
    pool: () => ({
      used: pool.totalCount - pool.idleCount,
      idle: pool.idleCount,
      pending: pool.waitingCount,
      max: SERVICE.max,
    }),
    close: async () => {
      stopTelling()
      const closed = Promise.allSettled([pool.end(), listener?.end()])
      await Promise.race([closed, sleep(CLOSE_WITHIN_MS, undefined, { ref: false })])
    },
  }
}

/**
 * A connection that hears of answers as they are recorded, so that whoever waits for one is told at once. Without it, as
 * after an outage, whoever waits looks again and again.
 */
async function listening(url: string): Promise<Client | undefined> {
  const { connectionTimeoutMillis, keepAlive } = SERVICE
  const client = new Client({ connectionString: url, connectionTimeoutMillis, keepAlive })
  // The pool loses the same server, and tells.
  client.on('error', () => {})
  return client.connect().then(
    () => client,
    () => undefined,
  )
}

function tellOutages(pool: Pool, note: Note): () => void {
  let away = false
  const onConnect = () => {
    if (away) note('PostgreSQL is back')
    away = false
  }
  const onLost = () => {
    if (!away) note('PostgreSQL is away: until it is back, payments are told to come again')
    away = true
  }
  pool.on('connect', onConnect).on('error', onLost)
  return () => {
    // Somebody must go on listening: pg ends the process otherwise.
    pool
      .off('connect', onConnect)
      .on('error', () => {})
      .off('error', onLost)
  }
}

/** What went wrong; where several addresses were tried, the error of all of them says nothing itself. */
function said(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException
  return message || String(code)
}
