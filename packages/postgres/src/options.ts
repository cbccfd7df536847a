import type { ClientBase } from 'pg'
import { Names } from './names'

/** What is asked of a client: pg's `Pool`, `Client` and `PoolClient` have it, and so has PGlite. */
export interface PostgresClient {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>
}

export interface PostgresLockStoreOptions {
  /** The schema that the table is in. @defaultValue `'idem'` */
  readonly schema?: string | undefined
  /** The table; the names of what goes with it begin with it. @defaultValue `'records'` or `'locks'` */
  readonly table?: string | undefined
  /**
   * A client of its own, connected, used for nothing but `LISTEN`: whoever waits is woken at once. It must not come by way
   * of a pooler in transaction mode. Without it, waiting is polling. @defaultValue none
   */
  readonly listener?: ClientBase | undefined
  /**
   * Whether to prepare statements under names, which spares the server some microseconds a call. Not behind a pooler in
   * transaction mode, unless it knows of prepared statements (PgBouncer 1.21, `max_prepared_statements`); not with PGlite.
   * @defaultValue false
   */
  readonly prepare?: boolean | undefined
}

/** How much transactions see of each other. */
export type Isolation = 'read committed' | 'repeatable read' | 'serializable'

export interface PostgresStoreOptions extends PostgresLockStoreOptions {
  /** Of the transactions that `Idem.transaction` opens. @defaultValue what the session has */
  readonly isolation?: Isolation | undefined
}

/** Checked, and complete. */
export interface Place {
  readonly isolation: Isolation | undefined
  readonly names: Names
  readonly listener: ClientBase | undefined
  readonly prepare: boolean
}

const ISOLATIONS: readonly unknown[] = ['read committed', 'repeatable read', 'serializable', undefined]

const KNOWN = ['schema', 'table', 'listener', 'prepare'] as const

/** @throws TypeError that names the option which is wrong or unknown */
export function resolveOptions(
  client: PostgresClient,
  options: PostgresStoreOptions,
  defaultTable: string,
  known: readonly (keyof PostgresStoreOptions)[] = KNOWN,
): Place {
  isClient('client', client)
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`options must be an object; got ${shown(options)}`)
  }
  for (const option in options) {
    if ((known as readonly string[]).includes(option)) continue
    throw new TypeError(`${option} is no option here; there are ${known.join(', ')}`)
  }
  const { schema = 'idem', table = defaultTable, listener, prepare = false, isolation } = options
  if (listener !== undefined) isListener(listener, client)
  if (typeof prepare !== 'boolean')
    throw new TypeError(`prepare must be true or false; got ${shown(prepare)}`)
  if (!ISOLATIONS.includes(isolation)) {
    throw new TypeError(
      `isolation must be one of ${ISOLATIONS.slice(0, 3).join(', ')}; got ${shown(isolation)}`,
    )
  }
  return { isolation, names: new Names(schema, table), listener, prepare }
}

function isClient(what: string, client: unknown): void {
  if (
    typeof client === 'object' &&
    client !== null &&
    'query' in client &&
    typeof client.query === 'function'
  ) {
    return
  }
  throw new TypeError(`${what} must be a Pool or Client of pg, or a PGlite; got ${shown(client)}`)
}

function isListener(listener: ClientBase, client: PostgresClient): void {
  isClient('listener', listener)
  if ((listener as unknown) === client || typeof listener.on !== 'function' || 'totalCount' in listener) {
    throw new TypeError(
      'listener must be a Client of pg, of its own: not a Pool, and not the client of the store',
    )
  }
}

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  return typeof value === 'object' && value !== null
    ? `an instance of ${value.constructor?.name}`
    : String(value)
}
