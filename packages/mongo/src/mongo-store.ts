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
} from '@idem/core'
import type { Collection, Db, Document, Filter } from 'mongodb'
import { claimOutcome } from './claim-outcome'
import { claimUpdate } from './claim-update'
import { ask, collectionOf, upsert } from './connection'
import { after } from './durations'
import { escapeText, unescapeText } from './escaped-text'
import { isAhead, isPast, literal, NOW } from './expressions'
import { endOfPrefix } from './key-range'
import { migrate, RECORD_UPKEEP } from './migrate'
import { type MongoStoreOptions, resolveOptions } from './options'
import { type RecordDocument, SEEN, type SeenRecord, shown } from './record-document'
import { DELETED, failed, RELEASED, resolved, settledState, succeeded } from './settle-update'

const CLAIMING = { upsert: true, returnDocument: 'after', projection: SEEN } as const

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
export class MongoStore implements Store {
  readonly #records: Collection<RecordDocument>

  /** @throws TypeError if it is no `Db`, or an option is wrong or unknown */
  constructor(db: Db, options: MongoStoreOptions = {}) {
    const place = resolveOptions(db, options, 'idem.records')
    this.#records = collectionOf<RecordDocument>(db, place)
  }

  /**
   * Makes the index by which the server removes what is past its keeping, if it is not there yet. Any number of processes
   * may do so at once. @throws StoreError
   */
  migrate(): Promise<void> {
    return migrate(this.#records, RECORD_UPKEEP)
  }

  async claim(claim: Claim): Promise<ClaimOutcome> {
    const filter = { _id: escapeText(claim.key) }
    const update = claimUpdate(claim)
    const record = await upsert('claim', () => this.#records.findOneAndUpdate(filter, update, CLAIMING))
    return claimOutcome(record as unknown as SeenRecord, claim)
  }

  complete(completion: Completion): Promise<boolean> {
    return this.#write('complete', running(completion), [{ $set: succeeded(completion) }], {
      ...own(completion),
      state: 'succeeded',
    })
  }

  fail(report: FailureReport): Promise<boolean> {
    const done = { ...own(report), ...settledState(report.kind) } as Filter<RecordDocument>
    return this.#write('fail', running(report), [{ $set: failed(report) }], done)
  }

  extend({ key, owner, leaseMs, keepMs }: Lease): Promise<boolean> {
    const expiresAt = after(keepMs)
    const update = [{ $set: { leaseUntil: after(leaseMs), expiresAt, goneAt: expiresAt } }]
    return this.#write('extend', running({ key, owner }), update)
  }

  release(holder: Holder): Promise<boolean> {
    return this.#write('release', running(holder), RELEASED)
  }

  saveStep({ key, owner, name, value }: StepResult): Promise<boolean> {
    const step = {
      name: literal(escapeText(name)),
      ...(value !== undefined && { value: literal(escapeText(value)) }),
    }
    const steps = { $concatArrays: [{ $ifNull: ['$steps', []] }, [step]] }
    const mine = running({ key, owner })
    const named = escapeText(name)
    return this.#write(
      'save a step',
      { ...mine, 'steps.name': { $ne: named } },
      [{ $set: { steps, updatedAt: NOW } }],
      { ...mine, 'steps.name': named } as Filter<RecordDocument>,
    )
  }

  resolve(resolution: Resolution): Promise<boolean> {
    const open = {
      _id: escapeText(resolution.key),
      $expr: isAhead('$expiresAt'),
      $or: [
        { state: 'abandoned' },
        { state: 'failed', retryable: true },
        { state: 'running', $expr: isPast('$leaseUntil') },
      ],
    } as Filter<RecordDocument>
    const done = {
      ...{ _id: escapeText(resolution.key), owner: escapeText(resolution.owner), state: 'succeeded' },
      $expr: isAhead('$expiresAt'),
    } as Filter<RecordDocument>
    return this.#write('resolve', open, resolved(resolution), done)
  }

  delete(key: string): Promise<boolean> {
    const there = { _id: escapeText(key), state: { $ne: 'deleted' }, ...IS_KEPT } as Filter<RecordDocument>
    return this.#write('delete', there, DELETED)
  }

  async get(key: string): Promise<StoredRecord | undefined> {
    const filter = { _id: escapeText(key) }
    const record = await ask('get', () => this.#records.findOne<SeenRecord>(filter, { projection: SEEN }))
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
    const found = await ask('list', () =>
      this.#records.find<SeenRecord>({ _id: range }, { projection: SEEN, sort: { _id: 1 }, limit }).toArray(),
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
    update: Document[],
    done?: Filter<RecordDocument>,
  ): Promise<boolean> {
    const { matchedCount } = await ask(call, () => this.#records.updateOne(filter, update))
    if (matchedCount > 0 || done === undefined) return matchedCount > 0
    return (await ask(call, () => this.#records.findOne(done, { projection: { _id: 1 } }))) !== null
  }
}

/** Of a document of which something is kept. */
const IS_KEPT = { $expr: isAhead('$goneAt') }

const own = ({ key, owner }: Holder): Filter<RecordDocument> => ({
  _id: escapeText(key),
  owner: escapeText(owner),
  ...IS_KEPT,
})

const running = (holder: Holder): Filter<RecordDocument> => ({ ...own(holder), state: 'running' })
