import type { Claim, ClaimOutcome } from '@idem/core'
import type { Collection } from 'mongodb'
import { claimOutcome } from './claim-outcome'
import { claimUpdate, firstClaimUpdate } from './claim-update'
import { upsert } from './connection'
import { escapeText } from './escaped-text'
import type { Update } from './expressions'
import { type RecordDocument, SEEN, type SeenRecord } from './record-document'

const CLAIMING = { upsert: true, returnDocument: 'after', projection: SEEN } as const

/** Claims one by one: the first attempt of a key, and whatever cannot be claimed, in one command; what follows in two. */
export class Claims {
  readonly #records: Collection<RecordDocument>

  constructor(records: Collection<RecordDocument>) {
    this.#records = records
  }

  async claim(claim: Claim): Promise<ClaimOutcome> {
    const record = await this.#update(claim, firstClaimUpdate(claim))
    const outcome = claimOutcome(record, claim)
    if (!mayBeGranted(outcome, record)) return outcome
    return claimOutcome(await this.#update(claim, claimUpdate(claim)), claim)
  }

  async #update({ key }: Claim, update: Update): Promise<SeenRecord> {
    const filter = { _id: escapeText(key) }
    const record = await upsert('claim', () => this.#records.findOneAndUpdate(filter, update, CLAIMING))
    return record as unknown as SeenRecord
  }
}

/** Whether the rest of the rules could say otherwise. */
function mayBeGranted(outcome: ClaimOutcome, { updatedAt, leaseUntil, attempt, now }: SeenRecord): boolean {
  switch (outcome.type) {
    case 'acquired':
      // Not by this command, but by an earlier one whose reply was lost: then the lease is to be renewed.
      return attempt > 1 || updatedAt < now
    case 'running':
      return now >= leaseUntil
    case 'settled':
      return outcome.retryable
    case 'abandoned':
      return true
    default:
      return false
  }
}
