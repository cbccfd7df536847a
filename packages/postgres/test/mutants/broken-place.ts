import { randomUUID } from 'node:crypto'
import type { Client, Pool, PoolClient } from 'pg'
import { lockMigrations, migrationSteps, recordMigrations } from '../../src/migrations/migrations'
import { Names } from '../../src/names'
import type { PostgresClient } from '../../src/options'
import { PostgresLockStore } from '../../src/postgres-lock-store'
import { PostgresStore } from '../../src/postgres-store'
import { mutated, type SqlMutant, sourceOf } from './sql-mutant'

/** Where a mutant is tried: a schema of its own, whose clock goes as it is told. */
export interface BrokenPlace {
  readonly store: PostgresStore
  readonly locks: PostgresLockStore
  readonly schema: string
  readonly pool: Pool
  readonly listener: Client
  /** A store on one connection: what it sends shares the transaction that is open there. */
  on(connection: PoolClient): PostgresStore
  /** Moves the clock by so many milliseconds. */
  advance(ms: number): Promise<void>
  /** The clock, in milliseconds since the epoch. */
  now(): Promise<number>
  remove(): Promise<void>
}

/** What is to be tried: a place, and a key of one's own. */
export interface Scene extends BrokenPlace {
  readonly key: string
}

/** The stores, all of whose texts are as they are, but for one that has a guard less. */
export async function brokenPlace(pool: Pool, listener: Client, mutant?: SqlMutant): Promise<BrokenPlace> {
  const schema = `mutant ${randomUUID()}`
  const [source, broken] = mutant ? [sourceOf(mutant.file), mutated(mutant)] : ['', '']
  const clock = (text: string) => text.replaceAll('clock_timestamp()', `"${schema}".clock()`)
  const weakened = (text: string) => (text === source ? broken : text)
  const tables = [
    { names: new Names(schema, 'records'), migrations: recordMigrations },
    { names: new Names(schema, 'locks'), migrations: lockMigrations },
  ]
  const steps = tables.flatMap(({ names, migrations }) => migrationSteps(names, migrations.map(weakened)))
  await pool.query(`
    CREATE SCHEMA "${schema}";
    CREATE TABLE "${schema}".shift (ms bigint);
    INSERT INTO "${schema}".shift VALUES (0);
    CREATE FUNCTION "${schema}".clock() RETURNS timestamptz LANGUAGE sql VOLATILE
      AS 'SELECT clock_timestamp() + ms * interval ''1 ms'' FROM "${schema}".shift';
    ${steps.map(({ sql }) => clock(sql)).join('')}`)

  const swaps = new Map(tables.map(({ names }) => [names.statement(source), names.statement(broken)]))
  const sent = (text: string) => clock(swaps.get(text) ?? text)
  const client = <C extends Pool | PoolClient>(whole: C): PostgresClient =>
    new Proxy(whole, {
      get(target, name) {
        if (name === 'query') return (text: string, values?: unknown[]) => target.query(sent(text), values)
        // A connection of the pool, that is.
        if (name === 'connect') return async () => client((await target.connect()) as PoolClient)
        const value: unknown = Reflect.get(target, name)
        return typeof value === 'function' ? value.bind(target) : value
      },
    }) as unknown as PostgresClient
  const on = (one: Pool | PoolClient) => new PostgresStore(client(one), { schema, listener })
  return {
    ...{ schema, pool, listener, on },
    store: on(pool),
    locks: new PostgresLockStore(client(pool), { schema, listener }),
    advance: async (ms) => {
      await pool.query(`UPDATE "${schema}".shift SET ms = ms + $1`, [ms])
    },
    now: async () => {
      const text = `SELECT extract(epoch FROM "${schema}".clock()) * 1000 AS now`
      return Number((await pool.query<{ now: string }>(text)).rows[0]?.now)
    },
    remove: async () => {
      await pool.query(`DROP SCHEMA "${schema}" CASCADE`)
    },
  }
}
