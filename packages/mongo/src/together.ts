import { Coalescer, Lanes } from '@idem/coalescer'
import { type Claim, type ClaimOutcome, type Completion, type Holder, StoreError } from '@idem/core'
import type { Collection, Db } from 'mongodb'
import { finalOutcome } from './claim-outcome'
import type { Claims } from './claims'
import { ask } from './connection'
import { escapeText } from './escaped-text'
import { held, own } from './filters'
import { insertable, inserted } from './first-document'
import { mongoFailure, tookTooLong, writeFailures } from './mongo-failure'
import type { Place } from './options'
import { atMost, PATIENCE_MS } from './patience'
import { type RecordDocument, SEEN, type SeenRecord } from './record-document'
import { succeeded } from './settle-update'
import { limitMs, withinLimit } from './within-limit'

/**
 * How many batches are on their way at most, and how large they are: a server works through the documents of a command one
 * after another, so that many small batches are quicker than a few large ones.
 */
const LANES = 12
const MOST_PER_BATCH = 16

/** Fewer than these are sent one by one: it takes several commands, one after another, to have many of them go together. */
const FEW = 8

/** With more characters than this a request is sent on its own: a document that is too large fails all beside it. */
const LARGE = 65_536

const isSmallClaim = ({ key, owner, fingerprint = '' }: Claim): boolean =>
  key.length + owner.length + fingerprint.length <= LARGE

const isSmallCompletion = ({ key, owner, value = '' }: Completion): boolean =>
  key.length + owner.length + value.length <= LARGE

/** The calls that go together where many are waiting: claims, and completions. */
export class Together {
  readonly #db: Db
  readonly #records: Collection<RecordDocument>
  readonly #claims: Claims
  readonly #place: Place
  readonly claims: Coalescer<Claim, ClaimOutcome>
  readonly completions: Coalescer<Completion, boolean>

  constructor(db: Db, records: Collection<RecordDocument>, claims: Claims, place: Place) {
    this.#db = db
    this.#records = records
    this.#claims = claims
    this.#place = place
    const shared = { lanes: new Lanes(LANES), batchSize: MOST_PER_BATCH, longestWaitMs: limitMs(place) / 2 }
    this.claims = new Coalescer({
      ...shared,
      together: (one, other) => isSmallClaim(one) && isSmallClaim(other),
      send: (batch) => this.#sendClaims(batch),
    })
    this.completions = new Coalescer({
      ...shared,
      together: (one, other) => isSmallCompletion(one) && isSmallCompletion(other),
      send: (batch) => this.#sendCompletions(batch),
    })
  }

  /** A claim that is given up: it is not sent any more, or has been answered. */
  async withdraw({ key, owner }: Holder): Promise<void> {
    const isMeant = (claim: Claim) => claim.owner === owner && claim.key === key
    await this.claims.withdraw(isMeant, new StoreError('the claim was given up before it was sent'))
  }

  /** First looks which are answered already; of those that are new, the documents are inserted. */
  async #sendClaims(batch: readonly Claim[]): Promise<readonly (ClaimOutcome | Promise<ClaimOutcome>)[]> {
    if (batch.length < FEW) return batch.map((claim) => this.#claims.claim(claim))
    const { now, found } = await this.#look(batch)
    const insertions = this.#insert(
      batch.filter(({ key }) => !found.has(key)),
      now,
    )
    return batch.map(async (claim) => {
      const record = found.get(claim.key)
      const outcome = record ? finalOutcome(record, claim) : (await insertions).get(claim.key)
      return outcome ?? this.#claims.claim(claim)
    })
  }

  /** What there is of these keys, and the server's clock before that. */
  async #look(batch: readonly Claim[]): Promise<{ now: Date; found: ReadonlyMap<string, SeenRecord> }> {
    const keys = new Map(batch.map(({ key }) => [escapeText(key), key]))
    const filter = { _id: { $in: [...keys.keys()] } }
    const [hello, records] = await ask('claim', this.#place, (limited) =>
      Promise.all([
        this.#db.command({ hello: 1 }, { readPreference: 'primary', ...limited }),
        this.#records.find<SeenRecord>(filter, { projection: SEEN, ...limited }).toArray(),
      ]),
    )
    return {
      now: hello['localTime'],
      found: new Map(records.map((record) => [keys.get(record._id) as string, record])),
    }
  }

  /** What became of those that were new, but for those whose keys somebody else was quicker to claim. */
  async #insert(claims: readonly Claim[], now: Date): Promise<ReadonlyMap<string, ClaimOutcome>> {
    if (claims.length === 0) return new Map()
    const documents = claims.map((claim) => insertable(claim, now))
    const failures = await withinLimit(this.#place, (limited) =>
      this.#records.insertMany(documents, { ordered: false, maxTimeMS: PATIENCE_MS, ...limited }),
    )
      .then(() => new Map<number, StoreError>())
      .catch((error: unknown) => {
        // An open transaction has one of these keys: each is claimed by itself, also those that were inserted.
        if (tookTooLong(error)) return undefined
        const failures = writeFailures('claim', error)
        if (failures === undefined) throw mongoFailure('claim', error)
        return failures
      })
    const granted = claims.filter((_, i) => failures?.has(i) === false)
    return new Map(granted.map(({ key }) => [key, inserted(now)]))
  }

  async #sendCompletions(batch: readonly Completion[]): Promise<readonly (boolean | Promise<boolean>)[]> {
    if (batch.length < FEW) return batch.map((completion) => this.complete(completion))
    const written = await this.#writeTogether(batch)
    // Where not all were written, each asks for itself: most will find that they were.
    return batch.map((completion) => written || this.complete(completion))
  }

  /** Whether all were written. */
  async #writeTogether(completions: readonly Completion[]): Promise<boolean> {
    const operations = completions.map((completion) => ({
      updateOne: { filter: held(completion), update: [{ $set: succeeded(completion) }] },
    }))
    try {
      const { matchedCount } = await withinLimit(this.#place, (limited) =>
        this.#records.bulkWrite(operations, { ordered: false, maxTimeMS: PATIENCE_MS, ...limited }),
      )
      return matchedCount === completions.length
    } catch (error) {
      // An open transaction has one of these records: the others are not to wait for it.
      if (tookTooLong(error)) return false
      if (writeFailures('complete', error) === undefined) throw mongoFailure('complete', error)
      return false
    }
  }

  async complete(completion: Completion): Promise<boolean> {
    return await ask('complete', this.#place, async (limited) => {
      const { matchedCount } = await this.#records.updateOne(
        held(completion),
        [{ $set: succeeded(completion) }],
        { ...atMost(this.#place), ...limited },
      )
      if (matchedCount > 0) return true
      const done = own(completion, { state: 'succeeded' })
      return (await this.#records.findOne(done, { projection: { _id: 1 }, ...limited })) !== null
    })
  }
}
