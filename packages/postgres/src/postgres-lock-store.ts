import type { LockHolder, LockOutcome, LockRequest, LockStore } from '@idem/core'
import { Connection } from './connection'
import { duration, left } from './durations'
import { escapeOptional, escapeText } from './escaped-text'
import { migrate } from './migrate'
import { lockMigrations } from './migrations/migrations'
import type { Names } from './names'
import { type PostgresClient, type PostgresLockStoreOptions, resolveOptions } from './options'
import { type LockStatements, lockStatements } from './statements/statements'
import { Subscriptions } from './subscriptions'
import { Sweeper, type SweepOptions } from './sweep'

interface AcquireRow {
  readonly fence: unknown
  readonly now_ms: unknown
  readonly left_ms: unknown
}

/**
 * Keeps locks in PostgreSQL 13 or later, or PGlite, on the server's clock: what a `Mutex` needs to exclude other processes.
 *
 * They are leases in a table, not advisory locks of sessions: those end with their connection, whose holder may not notice
 * and goes on working; they have no fence to shut it out; and behind a pooler in transaction mode a session is everybody's.
 *
 * @example
 * const locks = new PostgresLockStore(new Pool({ connectionString }))
 * await locks.migrate()
 * const mutex = new Mutex({ store: locks })
 */
export class PostgresLockStore implements LockStore {
  readonly #connection: Connection
  readonly #names: Names
  readonly #statements: LockStatements
  readonly #sweeper: Sweeper

  /** There if a `listener` was handed over: see {@link LockStore.watch}. */
  readonly watch: LockStore['watch']

  /** @throws TypeError if the client has no `query`, or an option is wrong or unknown */
  constructor(client: PostgresClient, options: PostgresLockStoreOptions = {}) {
    const place = resolveOptions(client, options, 'locks')
    const { names, listener } = place
    this.#names = names
    this.#connection = new Connection(client, place)
    this.#statements = lockStatements(names)
    // A statement that reads many pages may take its time.
    this.#sweeper = new Sweeper(new Connection(client, place, Number.POSITIVE_INFINITY), names)
    if (listener) {
      const subscriptions = new Subscriptions(this.#connection, listener, names)
      this.watch = (name, onChange, signal) => subscriptions.add(name, onChange, signal)
    }
  }

  /** Makes the schema, the tables and the functions that are not there yet; any number of processes may do so at once. */
  migrate(): Promise<void> {
    return migrate(this.#connection.client, this.#names, lockMigrations)
  }

  /** Removes what is left of locks that nobody has held for an hour. @returns how many @throws TypeError, StoreError */
  sweep(options: SweepOptions = {}): Promise<number> {
    return this.#sweeper.sweep(options)
  }

  async acquire({ name, owner, ttlMs }: LockRequest): Promise<LockOutcome> {
    const values = [escapeText(name), escapeText(owner), ttl(ttlMs)]
    const rows = await this.#connection.run<AcquireRow>('acquire a lock', this.#statements.acquire, values)
    const [row] = rows as [AcquireRow]
    if (row.fence === null) return { acquired: false, ttlMs: left(row.left_ms) }
    return { acquired: true, fence: Number(row.fence), now: Number(row.now_ms) }
  }

  extend({ name, owner, ttlMs }: LockRequest): Promise<boolean> {
    const values = [escapeText(name), escapeText(owner), ttl(ttlMs)]
    return this.#connection.tells('extend a lock', this.#statements.extend, values)
  }

  release({ name, owner }: LockHolder): Promise<boolean> {
    const values = [escapeText(name), escapeText(owner)]
    return this.#connection.tells('release a lock', this.#statements.release, values)
  }

  isHeld(name: string, owner?: string): Promise<boolean> {
    const values = [escapeText(name), escapeOptional(owner)]
    return this.#connection.tells('look at a lock', this.#statements.isHeld, values)
  }
}

/** What is no duration is refused before it grants anything; a lock without end would be nobody's to take over. */
function ttl(ms: number): number {
  const whole = ms > 0 ? duration(ms) : null
  if (whole !== null) return whole
  throw new TypeError(`ttlMs must be a number of milliseconds above 0; got ${ms}`)
}
