import type { Claim, ClaimOutcome } from '../contracts/store'
import { after, answer, failureOf, isFinal, isLive, kept, type RecordData } from './record'

/** What a transition comes to: the answer, and the record to write, or `null` if it is to be removed. */
export interface Transition<Outcome> {
  readonly outcome: Outcome
  /** Missing: nothing is to be written. */
  readonly next?: RecordData | null
}

/** The decision table of `Store.claim`, rule by rule, without side effects. `nextFence` is called when one is needed. */
export function decideClaim(
  found: RecordData | undefined,
  claim: Claim,
  now: number,
  nextFence: (previous: number) => number,
): Transition<ClaimOutcome> {
  const record = kept(found, now)
  if (record === undefined) return acquire(undefined, claim, now, nextFence(found?.fence ?? 0), false)
  if (now >= record.expiresAt) return { outcome: { type: 'expired' } }
  if (differ(record.fingerprint, claim.fingerprint)) return { outcome: { type: 'mismatch' } }
  if (isFinal(record)) return { outcome: answer(record, now) }

  const own = record.owner === claim.owner
  if (record.state === 'running') {
    if (own) return acquireAgain(record, claim, now)
    if (isLive(record, now)) return { outcome: running(record, now) }
  }
  const exhausted = record.attempt >= claim.maxAttempts
  if (record.state === 'failed') {
    const awaited = claim.waitedFor !== undefined && record.fence >= claim.waitedFor
    if (own || awaited || exhausted) return { outcome: answer(record, now) }
    return acquire(record, claim, now, nextFence(record.fence), false)
  }
  const refused = claim.onAbandoned === 'reject' || (claim.onAbandoned === 'takeover' && exhausted)
  if (own || refused) {
    return { outcome: { type: 'abandoned', attempt: record.attempt, failure: failureOf(record) } }
  }
  return acquire(record, claim, now, nextFence(record.fence), true)
}

/** Only two fingerprints can differ: a caller that gives none does not ask. */
export function differ(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined && one !== other
}

function running(record: RecordData, now: number): ClaimOutcome {
  const { attempt, fence, leaseUntil } = record
  return { type: 'running', attempt, fence, leaseMs: leaseUntil - now }
}

function acquire(
  previous: RecordData | undefined,
  claim: Claim,
  now: number,
  fence: number,
  takeover: boolean,
): Transition<ClaimOutcome> {
  const expiresAt = after(now, claim.keepMs)
  const next: RecordData = {
    key: claim.key,
    state: 'running',
    retryable: false,
    attempt: (previous?.attempt ?? 0) + 1,
    fence,
    owner: claim.owner,
    takeover,
    fingerprint: previous?.fingerprint ?? claim.fingerprint,
    failure: previous && failureOf(previous),
    steps: previous?.steps ?? [],
    createdAt: previous?.createdAt ?? now,
    updatedAt: now,
    leaseUntil: now + claim.leaseMs,
    expiresAt,
    goneAt: expiresAt,
  }
  return { outcome: acquired(next), next }
}

/** The same answer as the first time, with a fresh lease: the first reply was lost. */
function acquireAgain(record: RecordData, claim: Claim, now: number): Transition<ClaimOutcome> {
  const expiresAt = after(now, claim.keepMs)
  const next = { ...record, leaseUntil: now + claim.leaseMs, expiresAt, goneAt: expiresAt }
  return { outcome: acquired(next), next }
}

function acquired({ attempt, fence, takeover, steps }: RecordData): ClaimOutcome {
  return { type: 'acquired', attempt, fence, takeover, steps }
}
