import type { Acquired, Claim } from '@idem/core'
import { afterDate } from './durations'
import { escapeText } from './escaped-text'
import type { RecordDocument } from './record-document'

/**
 * The document of a first attempt, for an insert, which cannot ask the server for the time: `now` is what the server's clock
 * has shown before. So its lease ends a little early rather than late, as if the reply had taken longer.
 */
export function insertable({ key, owner, fingerprint, leaseMs, keepMs }: Claim, now: Date): RecordDocument {
  const expiresAt = afterDate(now, keepMs)
  return {
    _id: escapeText(key),
    attempt: 1,
    takeover: false,
    createdAt: now,
    state: 'running',
    owner: escapeText(owner),
    // The driver makes a number of 64 bits of it.
    fence: BigInt(fenceAt(now)) as unknown as number,
    retryable: false,
    updatedAt: now,
    leaseUntil: afterDate(now, leaseMs),
    expiresAt,
    goneAt: expiresAt,
    ...(fingerprint !== undefined && { fingerprint: escapeText(fingerprint) }),
  }
}

/** What its claimant is told once it is inserted. */
export function inserted(now: Date): Acquired {
  return { type: 'acquired', attempt: 1, fence: fenceAt(now), takeover: false, steps: [] }
}

const fenceAt = (now: Date): number => now.getTime() * 1000
