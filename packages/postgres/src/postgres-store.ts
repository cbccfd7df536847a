import type {
  Claim,
  ClaimOutcome,
  Completion,
  FailureReport,
  Holder,
  Lease,
  RecordPage,
  RecordQuery,
  Resolution,
  StepResult,
  Store,
  StoredRecord,
  TransactionalStore,
} from '@idem/core'
import { transactions } from '@idem/core'
import type { PoolClient } from 'pg'
import { Connection } from './connection'
import { diagnose } from './diagnose'
import { duration, keepingTimes } from './durations'
import { escapeOptional, escapeText, unescapeText } from './escaped-text'
import { endOfPrefix } from './key-range'
import { migrate } from './migrate'
import { recordMigrations } from './migrations/migrations'
import type { Names } from './names'
import { type PostgresClient, type PostgresStoreOptions, resolveOptions } from './options'
import { type RecordRow, shown } from './record-row'
import { type StoreStatements, storeStatements } from './statements/statements'
import { Subscriptions } from './subscriptions'
import { Sweeper, type SweepOptions } from './sweep'
import { holding, Together } from './together'
import { Transactor } from './transactions/transact'

const OPTIONS = ['schema', 'table', 'listener', 'prepare', 'isolation'] as const

/**
 * Keeps records in PostgreSQL 13 or later, or PGlite: one row a key, one statement a call, on the server's clock.
 *
 * The client is the user's own: it is neither opened nor closed here. No call needs more of its connection than one
 * statement, so that a pooler in transaction mode may stand in between.
 *
 * @example
 * const store = new PostgresStore(new Pool({ connectionString }))
 * await store.migrate()
 * const idem = new Idem({ store })
 *
 * @typeParam Tx - what transactions write with: pg's `PoolClient`, or PGlite's `Transaction`
 */
export class PostgresStore<Tx extends PostgresClient = PoolClient> implements TransactionalStore<Tx> {
  readonly #connection: Connection
  readonly #names: Names
  readonly #statements: StoreStatements
  readonly #sweeper: Sweeper
  readonly #together: Together

  /** What `Idem.transaction` runs on: see there. It takes connections of the pool, one a transaction. */
  readonly transactions: TransactionalStore<Tx>['transactions']

  /** There if a `listener` was handed over: see {@link Store.watch}. */
  readonly watch: Store['watch']

  /** @throws TypeError if the client has no `query`, or an option is wrong or unknown */
  constructor(client: PostgresClient, options: PostgresStoreOptions = {}) {
    const place = resolveOptions(client, options, 'records', OPTIONS)
    const { names, listener } = place
    this.#names = names
    this.#connection = new Connection(client, place)
    this.#statements = storeStatements(names)
    // A statement that reads many pages may take its time.
    this.#sweeper = new Sweeper(new Connection(client, place, Number.POSITIVE_INFINITY), names)
    this.#together = new Together(this.#connection, this.#statements)
    const transactor = new Transactor<Tx>(this.#connection, place)
    this.transactions = transactions((request) => transactor.transact(request))
    if (listener) {
      const subscriptions = new Subscriptions(this.#connection, listener, names)
      this.watch = (key, onChange, signal) => subscriptions.add(key, onChange, signal)
    }
  }

  /**
   * Makes the schema, the tables and the functions that are not there yet. Any number of processes may do so at once, and
   * none needs to be stopped for it. @throws StoreError
   */
  migrate(): Promise<void> {
    return migrate(this.#connection.client, this.#names, recordMigrations)
  }

  /**
   * Removes what is past its keeping, in statements of at most `batchSize` rows, none of which waits for anybody; a claim of
   * a key that one is removing waits for it, a quarter of a second at most. Until then such rows do no harm but take up
   * room: a claim of their key uses them anew.
   *
   * @returns how many rows were removed
   * @throws TypeError if `batchSize` is no whole number
   * @throws StoreError
   */
  sweep(options: SweepOptions = {}): Promise<number> {
    return this.#sweeper.sweep(options)
  }

  claim(claim: Claim): Promise<ClaimOutcome> {
    return this.#together.claims.add(claim)
  }

  complete(completion: Completion): Promise<boolean> {
    return this.#together.completions.add(completion)
  }

  extend(lease: Lease): Promise<boolean> {
    const values = [...holding(lease), duration(lease.leaseMs), duration(lease.keepMs)]
    return this.#connection.tells('extend', this.#statements.extend, values)
  }

  fail(report: FailureReport): Promise<boolean> {
    const { kind, failure } = report
    const state = kind === 'abandoned' ? 'abandoned' : 'failed'
    const times = keepingTimes(kind === 'final' ? report : { ...report, tombstoneMs: 0 })
    const values = [...holding(report), state, kind === 'retryable', escapeText(failure), ...times]
    return this.#connection.tells('fail', this.#statements.fail, values)
  }

  async release({ key, owner }: Holder): Promise<boolean> {
    // The caller did not wait for its claim; what of that is still to come must not come afterwards.
    await this.#together.withdraw({ key, owner })
    return this.#connection.tells('release', this.#statements.release, [escapeText(key), escapeText(owner)])
  }

  saveStep(step: StepResult): Promise<boolean> {
    const values = [...holding(step), escapeText(step.name), escapeOptional(step.value)]
    return this.#connection.tells('save a step', this.#statements.saveStep, values)
  }

  resolve(resolution: Resolution): Promise<boolean> {
    const { key, owner, value } = resolution
    const values = [escapeText(key), escapeText(owner), escapeOptional(value), ...keepingTimes(resolution)]
    return this.#connection.tells('resolve', this.#statements.resolve, values)
  }

  delete(key: string): Promise<boolean> {
    return this.#connection.tells('delete', this.#statements.delete, [escapeText(key)])
  }

  async get(key: string): Promise<StoredRecord | undefined> {
    const [row] = await this.#connection.run<RecordRow>('get', this.#statements.get, [escapeText(key)])
    return row && shown(row)
  }

  /** Pages in the order of the keys; a cursor is the last key seen. */
  async list({ prefix, state, limit, cursor }: RecordQuery): Promise<RecordPage> {
    const from = escapeText(prefix)
    const values = [from, endOfPrefix(from), escapeOptional(cursor), limit]
    const rows = await this.#connection.run<RecordRow & { is_kept: boolean }>(
      'list',
      this.#statements.list,
      values,
    )
    const records = rows
      .filter((row) => row.is_kept)
      .map(shown)
      .filter((record) => state === undefined || record.state === state)
    const last = rows.at(-1)
    return last === undefined || rows.length < limit
      ? { records }
      : { records, cursor: unescapeText(last.key) }
  }

  /** Says what of the server's settings lets a crash forget records. */
  diagnose(): Promise<readonly string[]> {
    return diagnose(this.#connection, this.#statements.diagnose, this.#names.of())
  }
}
