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
import type { ClientSession, Collection, Db, Filter } from 'mongodb'
import { Claims } from './claims'
import { ask, collectionOf } from './connection'
import { diagnose } from './diagnose'
import { after } from './durations'
import { escapeText, unescapeText } from './escaped-text'
import type { Update } from './expressions'
import { held, kept, own, resolvable } from './filters'
import { endOfPrefix } from './key-range'
import { migrate, RECORD_UPKEEP } from './migrate'
import { type MongoStoreOptions, type Place, resolveOptions } from './options'
import { atMost } from './patience'
import { type RecordDocument, SEEN, type SeenRecord, shown } from './record-document'
import { DELETED, failed, RELEASED, resolved, settledState, stepSaved } from './settle-update'
import { Subscriptions } from './subscriptions'
import { Together } from './together'
import { Transactor } from './transactions/transact'

/**
 * Keeps records in MongoDB 5.0 or later: one document a key, one command a call, on the server's clock.
 *
 * The database is the user's own, and so is its client: neither is opened nor closed here. What is acknowledged is on the
 * disks of a majority of the replica set, whatever the client has for a write concern.
 *
 * @example
 * const store = new MongoStore(client.db('shop'))
 * await store.migrate()
 * const idem = new Idem({ store })
 */
export class MongoStore implements TransactionalStore<ClientSession> {
  readonly #place: Place
  readonly #records: Collection<RecordDocument>
  readonly #together: Together

  /** What `Idem.transaction` runs on: see there. Each takes a session of the client. */
  readonly transactions: TransactionalStore<ClientSession>['transactions']

  /** There if `changeStreams` were asked for: see {@link Store.watch}. Where the server has none, it says that it is deaf. */
  readonly watch: Store['watch']

  /** Says if the server is alone, if nothing removes what is past its keeping, and what else was asked for in vain. */
  readonly diagnose: () => Promise<readonly string[]>

  /** @throws TypeError if it is no `Db`, or an option is wrong or unknown */
  constructor(db: Db, options: MongoStoreOptions = {}) {
    const place = resolveOptions(db, options, 'idem.records')
    this.#place = place
    this.#records = collectionOf<RecordDocument>(db, place)
    const claims = new Claims(db.client, this.#records, place)
    this.#together = new Together(db, this.#records, claims, place)
    const transactor = new Transactor(db, this.#records, claims, place)
    this.transactions = transactions((request) => transactor.transact(request))
    if (place.changeStreams) {
      const subscriptions = new Subscriptions(this.#records, {
        'updateDescription.updatedFields.state': { $exists: true },
      })
      this.watch = (key, onChange, signal) => subscriptions.add(key, onChange, signal)
    }
    this.diagnose = () => diagnose(db, this.#records, RECORD_UPKEEP, place.changeStreams)
  }

  /**
   * Makes the index by which the server removes what is past its keeping, if it is not there yet. Any number of processes
   * may do so at once. @throws StoreError
   */
  migrate(): Promise<void> {
    return migrate(this.#records, RECORD_UPKEEP)
  }

  claim(claim: Claim): Promise<ClaimOutcome> {
    return this.#together.claims.add(claim)
  }

  complete(completion: Completion): Promise<boolean> {
    return this.#together.completions.add(completion)
  }

  fail(report: FailureReport): Promise<boolean> {
    const done = own(report, settledState(report.kind))
    return this.#write('fail', held(report), [{ $set: failed(report) }], done)
  }

  extend(lease: Lease): Promise<boolean> {
    const expiresAt = after(lease.keepMs)
    const update = [{ $set: { leaseUntil: after(lease.leaseMs), expiresAt, goneAt: expiresAt } }]
    return this.#write('extend', held(lease), update)
  }

  async release(holder: Holder): Promise<boolean> {
    // The caller did not wait for its claim; what of that is still to come must not come afterwards.
    await this.#together.withdraw(holder)
    return this.#write('release', held(holder), RELEASED)
  }

  saveStep(step: StepResult): Promise<boolean> {
    const name = escapeText(step.name)
    const isNew = { ...held(step), 'steps.name': { $ne: name } }
    const isSaved = { ...held(step), 'steps.name': name }
    return this.#write('save a step', isNew, stepSaved(step), isSaved)
  }

  resolve(resolution: Resolution): Promise<boolean> {
    const isResolved = own(resolution, { state: 'succeeded' })
    return this.#write('resolve', resolvable(resolution), resolved(resolution), isResolved)
  }

  delete(key: string): Promise<boolean> {
    return this.#write('delete', kept(key), DELETED)
  }

  async get(key: string): Promise<StoredRecord | undefined> {
    const filter = { _id: escapeText(key) }
    const record = await ask('get', this.#place, (limited) =>
      this.#records.findOne<SeenRecord>(filter, { projection: SEEN, ...limited }),
    )
    return record === null ? undefined : shown(record)
  }

  /** Pages in the order of the keys; a cursor is the last key seen. */
  async list({ prefix, state, limit, cursor }: RecordQuery): Promise<RecordPage> {
    const from = escapeText(prefix)
    const end = endOfPrefix(from)
    const range = {
      $gte: from,
      ...(end !== undefined && { $lt: end }),
      ...(cursor !== undefined && { $gt: escapeText(cursor) }),
    }
    const found = await ask('list', this.#place, (limited) =>
      this.#records
        .find<SeenRecord>({ _id: range }, { projection: SEEN, sort: { _id: 1 }, limit, ...limited })
        .toArray(),
    )
    const records = found
      .map(shown)
      .filter((record): record is StoredRecord => record !== undefined)
      .filter((record) => state === undefined || record.state === state)
    const last = found.at(-1)
    return last === undefined || found.length < limit
      ? { records }
      : { records, cursor: unescapeText(last._id) }
  }

  /** Whether the update found its document; if not, whether it needed no update any more (`done`). */
  async #write(
    call: string,
    filter: Filter<RecordDocument>,
    update: Update,
    done?: Filter<RecordDocument>,
  ): Promise<boolean> {
    const { matchedCount } = await ask(call, this.#place, (limited) =>
      this.#records.updateOne(filter, update, { ...atMost(this.#place), ...limited }),
    )
    if (matchedCount > 0 || done === undefined) return matchedCount > 0
    const found = await ask(call, this.#place, (limited) =>
      this.#records.findOne(done, { projection: { _id: 1 }, ...limited }),
    )
    return found !== null
  }
}
