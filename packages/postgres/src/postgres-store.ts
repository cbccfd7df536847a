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
import { claimOutcome, HELD_BY_TRANSACTION, readClaim, readClaims } from './claim-outcome'
import { Coalescer, Lanes } from './coalescer'
import { Connection } from './connection'
import { diagnose } from './diagnose'
import { duration, keepingTimes } from './durations'
import { escapeOptional, escapeText, joinTexts, splitTexts, unescapeText } from './escaped-text'
import { endOfPrefix } from './key-range'
import { migrate } from './migrate'
import { recordMigrations } from './migrations/migrations'
import type { Names } from './names'
import { type PostgresClient, type PostgresStoreOptions, resolveOptions } from './options'
import { isAboutData, isLocked } from './postgres-failure'
import { type RecordRow, shown } from './record-row'
import { type StoreStatements, storeStatements } from './statements/statements'
import { Subscriptions } from './subscriptions'
import { Sweeper, type SweepOptions } from './sweep'
import { Transactor } from './transactions/transact'

interface ClaimReply {
  readonly reply: string
}

const OPTIONS = ['schema', 'table', 'listener', 'prepare', 'isolation'] as const

/** How many statements of several rows are on their way at most: more would be smaller. */
const LANES = 4
const MOST_PER_BATCH = 128

/** Beyond this many characters a value is sent on its own. */
const LARGE = 65_536

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
  readonly #claims: Coalescer<Claim, ClaimOutcome>
  readonly #completions: Coalescer<Completion, boolean>

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
    this.#sweeper = new Sweeper(this.#connection, names)
    const shared = { lanes: new Lanes(LANES), batchSize: MOST_PER_BATCH, isAboutOne: isAboutData }
    this.#claims = new Coalescer({
      ...shared,
      together: likeClaims,
      send: (claims: readonly Claim[]) => this.#sendClaims(claims),
    })
    this.#completions = new Coalescer({
      ...shared,
      together: likeCompletions,
      send: (completions: readonly Completion[]) => this.#sendCompletions(completions),
    })
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
   * Removes what is past its keeping, in statements of at most `batchSize` rows, none of which keeps a claim waiting. Until
   * then such rows do no harm but take up room: a claim of their key uses them anew.
   *
   * @returns how many rows were removed
   * @throws TypeError if `batchSize` is no whole number
   * @throws StoreError
   */
  sweep(options: SweepOptions = {}): Promise<number> {
    return this.#sweeper.sweep(options)
  }

  claim(claim: Claim): Promise<ClaimOutcome> {
    return this.#claims.add(claim)
  }

  complete(completion: Completion): Promise<boolean> {
    return this.#completions.add(completion)
  }

  extend({ key, owner, leaseMs, keepMs }: Lease): Promise<boolean> {
    const values = [escapeText(key), escapeText(owner), duration(leaseMs), duration(keepMs)]
    return this.#connection.tells('extend', this.#statements.extend, values)
  }

  fail(report: FailureReport): Promise<boolean> {
    const { key, owner, kind, failure } = report
    const state = kind === 'abandoned' ? 'abandoned' : 'failed'
    const times = keepingTimes(kind === 'final' ? report : { ...report, tombstoneMs: 0 })
    const values = [
      escapeText(key),
      escapeText(owner),
      state,
      kind === 'retryable',
      escapeText(failure),
      ...times,
    ]
    return this.#connection.tells('fail', this.#statements.fail, values)
  }

  release({ key, owner }: Holder): Promise<boolean> {
    return this.#connection.tells('release', this.#statements.release, [escapeText(key), escapeText(owner)])
  }

  saveStep({ key, owner, name, value }: StepResult): Promise<boolean> {
    const values = [escapeText(key), escapeText(owner), escapeText(name), escapeOptional(value)]
    return this.#connection.tells('save a step', this.#statements.saveStep, values)
  }

  resolve(resolution: Resolution): Promise<boolean> {
    return this.#connection.tells('resolve', this.#statements.resolve, settling(resolution))
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

  async #sendClaims(claims: readonly Claim[]): Promise<readonly ClaimOutcome[]> {
    const [first] = claims as [Claim]
    const { key, owner, fingerprint, waitedFor, maxAttempts, onAbandoned } = first
    const policy = [
      ...[duration(first.leaseMs), duration(first.keepMs)],
      ...[maxAttempts === Infinity ? null : maxAttempts, onAbandoned],
    ]
    if (claims.length === 1) {
      const values = [
        escapeText(key),
        escapeText(owner),
        escapeOptional(fingerprint),
        ...policy,
        waitedFor ?? null,
      ]
      return [await this.#sendClaim(values)]
    }
    const waited = claims.map((claim) => claim.waitedFor)
    const values = [
      joinTexts(claims.map((claim) => claim.key)),
      joinTexts(claims.map((claim) => claim.owner)),
      joinTexts(claims.map((claim) => claim.fingerprint)),
      ...policy,
      waited.every((fence) => fence === undefined)
        ? null
        : joinTexts(waited.map((fence) => fence?.toString())),
    ]
    const rows = await this.#connection.run<ClaimReply>('claim', this.#statements.claimAll, values)
    return readClaims(
      rows.map(({ reply }) => reply),
      claims.length,
    )
  }

  async #sendClaim(values: unknown[]): Promise<ClaimOutcome> {
    try {
      const rows = await this.#connection.run<ClaimReply>('claim', this.#statements.claim, values)
      const [{ reply }] = rows as [ClaimReply]
      return claimOutcome(readClaim(splitTexts(reply)))
    } catch (error) {
      if (isLocked(error)) return HELD_BY_TRANSACTION
      throw error
    }
  }

  async #sendCompletions(completions: readonly Completion[]): Promise<readonly boolean[]> {
    const [first] = completions as [Completion]
    if (completions.length === 1) {
      return [await this.#connection.tells('complete', this.#statements.complete, settling(first))]
    }
    const values = [
      joinTexts(completions.map(({ key }) => key)),
      joinTexts(completions.map(({ owner }) => owner)),
      joinTexts(completions.map(({ value }) => value)),
      ...keepingTimes(first),
    ]
    const rows = await this.#connection.run<{ refused: number }>(
      'complete',
      this.#statements.completeAll,
      values,
    )
    const refused = new Set(rows.map((row) => row.refused))
    return completions.map((_, i) => !refused.has(i + 1))
  }
}

function likeClaims(one: Claim, other: Claim): boolean {
  return (
    one.leaseMs === other.leaseMs &&
    one.keepMs === other.keepMs &&
    one.maxAttempts === other.maxAttempts &&
    one.onAbandoned === other.onAbandoned
  )
}

function likeCompletions(one: Completion, other: Completion): boolean {
  return (
    one.retentionMs === other.retentionMs &&
    one.tombstoneMs === other.tombstoneMs &&
    (one.value?.length ?? 0) <= LARGE &&
    (other.value?.length ?? 0) <= LARGE
  )
}

const settling = (settled: Completion | Resolution): unknown[] => [
  ...[escapeText(settled.key), escapeText(settled.owner), escapeOptional(settled.value)],
  ...keepingTimes(settled),
]
