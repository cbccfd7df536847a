import type { Claim, ClaimOutcome } from '@idem/core'
import type { ClientSession, Collection, MongoClient } from 'mongodb'
import { claimOutcome, finalOutcome, HELD_BY_TRANSACTION, type Refusal } from './claim-outcome'
import { claimUpdate, firstClaimUpdate } from './claim-update'
import { ask, upsert } from './connection'
import { afterDate } from './durations'
import { escapeText } from './escaped-text'
import type { Update } from './expressions'
import { isConflict, tookTooLong } from './mongo-failure'
import type { Place } from './options'
import { atMost, PATIENCE_MS } from './patience'
import { type RecordDocument, SEEN, type SeenRecord } from './record-document'
import { withinLimit } from './within-limit'

const CLAIMING = { upsert: true, returnDocument: 'after', projection: SEEN } as const

/** Claims one by one: the first attempt of a key, and whatever cannot be claimed, in one command; what follows in two. */
export class Claims {
  readonly #client: MongoClient
  readonly #records: Collection<RecordDocument>
  readonly #place: Place

  constructor(client: MongoClient, records: Collection<RecordDocument>, place: Place) {
    this.#client = client
    this.#records = records
    this.#place = place
  }

  /** In a transaction, where there is one. @throws StoreError */
  async claim(claim: Claim, session?: ClientSession): Promise<ClaimOutcome> {
    const record = await this.#update(claim, firstClaimUpdate(claim), session)
    if (record === undefined) return HELD_BY_TRANSACTION
    const outcome = claimOutcome(record, claim)
    if (!mayBeGranted(outcome, record, claim)) return outcome
    const decided = await this.#update(claim, claimUpdate(claim), session)
    return decided === undefined ? HELD_BY_TRANSACTION : claimOutcome(decided, claim)
  }

  /** The answer, if there is one that can no longer change: outside of transactions. @throws StoreError */
  async look(claim: Claim): Promise<Refusal | undefined> {
    const filter = { _id: escapeText(claim.key) }
    const record = await ask('claim', this.#place, (limited) =>
      this.#records.findOne<SeenRecord>(filter, { projection: SEEN, ...limited }),
    )
    return record === null ? undefined : finalOutcome(record, claim)
  }

  /** What the document is then, unless an open transaction has written it. */
  async #update(
    { key }: Claim,
    update: Update,
    session: ClientSession | undefined,
  ): Promise<SeenRecord | undefined> {
    const filter = { _id: escapeText(key) }
    const send = (options: { session?: ClientSession; maxTimeMS?: number }, sends?: number) =>
      upsert(
        'claim',
        this.#place,
        async (limited) => {
          const claiming = { ...CLAIMING, ...options, ...limited }
          const found = await this.#records.findOneAndUpdate(filter, update, claiming)
          return found as unknown as SeenRecord
        },
        sends,
      )
    // Inside a transaction nobody waits: it is a conflict at once.
    if (session !== undefined) return send({ session }, 1)
    try {
      return await send({ maxTimeMS: PATIENCE_MS })
    } catch (error) {
      if (!tookTooLong(error)) throw error
      return (await this.#isHeld(key)) ? undefined : await send(atMost(this.#place))
    }
  }

  /** Whether an open transaction has written the record: then another that tries to is told at once. */
  async #isHeld(key: string): Promise<boolean> {
    const session = this.#client.startSession()
    try {
      session.startTransaction()
      const touch = { $currentDate: { updatedAt: true } } as const
      await withinLimit(this.#place, (limited) =>
        this.#records.updateOne({ _id: escapeText(key) }, touch, { upsert: true, session, ...limited }),
      )
      return false
    } catch (error) {
      // Where there are no transactions, none is open.
      return isConflict(error)
    } finally {
      await withinLimit(this.#place, () => session.endSession()).catch(() => {})
    }
  }
}

/** Whether the rest of the rules could say otherwise. */
function mayBeGranted(outcome: ClaimOutcome, record: SeenRecord, claim: Claim): boolean {
  switch (outcome.type) {
    case 'acquired':
      return !isHeldFor(claim, record)
    case 'running':
      return record.now >= record.leaseUntil
    case 'settled':
      return outcome.retryable
    case 'abandoned':
      return true
    default:
      return false
  }
}

/** Not so where an earlier command whose reply was lost has acquired it: then its lease and its keeping are to be renewed. */
function isHeldFor({ leaseMs, keepMs }: Claim, { now, leaseUntil, expiresAt }: SeenRecord): boolean {
  return +leaseUntil === +afterDate(now, leaseMs) && +expiresAt === +afterDate(now, keepMs)
}
