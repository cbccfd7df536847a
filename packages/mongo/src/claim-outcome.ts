import type { Claim, ClaimOutcome } from '@idem/core'
import { left } from './durations'
import { escapeText, unescapeOptional } from './escaped-text'
import { type SeenRecord, savedSteps } from './record-document'

/** What a claim is answered that is not granted, and will not be. */
export type Refusal = Exclude<ClaimOutcome, { type: 'acquired' | 'running' }>

/**
 * A transaction that is still open has a record of this key, and nobody else can see which. It began after whatever the
 * claimant may have waited for, and leaves no failure that could be shared: so no record has a fence as high as this.
 */
export const HELD_BY_TRANSACTION: ClaimOutcome = {
  type: 'running',
  attempt: 1,
  fence: Number.MAX_SAFE_INTEGER,
  leaseMs: 1000,
}

/** What a record says to a claimant who only looks at it: nothing, unless it has an answer that can no longer change. */
export function finalOutcome(record: SeenRecord, claim: Claim): Refusal | undefined {
  const { state, retryable, now, goneAt } = record
  const isFinal = state === 'succeeded' || (state === 'failed' && !retryable)
  return isFinal && now < goneAt ? (claimOutcome(record, claim) as Refusal) : undefined
}

/**
 * What the document that a claim has left behind says to the claimant. The decision was made by the server: a lease or a
 * retention that ends while the answer is under way does not change it.
 */
export function claimOutcome(
  record: SeenRecord,
  claim: Pick<Claim, 'owner' | 'fingerprint' | 'onAbandoned' | 'maxAttempts'>,
): ClaimOutcome {
  const { state, attempt, fence, now } = record
  const isOwn = record.owner === escapeText(claim.owner)
  const hasTombstone = record.expiresAt < record.goneAt
  if (hasTombstone && now >= record.expiresAt) return { type: 'expired' }
  const fingerprint = unescapeOptional(record.fingerprint)
  if (fingerprint !== undefined && claim.fingerprint !== undefined && fingerprint !== claim.fingerprint) {
    return { type: 'mismatch' }
  }
  switch (state) {
    case 'running': {
      if (isOwn) {
        return { type: 'acquired', attempt, fence, takeover: record.takeover, steps: savedSteps(record) }
      }
      const isRefused =
        claim.onAbandoned === 'reject' || (claim.onAbandoned === 'takeover' && attempt >= claim.maxAttempts)
      if (isRefused && now >= record.leaseUntil) return { type: 'abandoned', attempt, failure: undefined }
      return { type: 'running', attempt, fence, leaseMs: left(record.leaseUntil, now) }
    }
    case 'succeeded':
    case 'failed':
      return {
        type: 'settled',
        state,
        attempt,
        fingerprint,
        value: unescapeOptional(record.value),
        failure: unescapeOptional(record.failure),
        retryable: record.retryable,
        retentionMs: left(record.expiresAt, now),
      }
    case 'abandoned':
      return { type: 'abandoned', attempt, failure: unescapeOptional(record.failure) }
    case 'deleted':
      throw new Error('a record was claimed, and is deleted all the same')
  }
}
