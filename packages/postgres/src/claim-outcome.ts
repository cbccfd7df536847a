import { type Claim, type ClaimOutcome, type SavedStep, StoreError } from '@idem/core'
import { left } from './durations'
import { splitTexts, unescapeOptional, unescapeText } from './escaped-text'

/** What the claim functions answer for one key. */
export interface ClaimRow {
  readonly outcome: 'acquired' | 'running' | 'succeeded' | 'failed' | 'abandoned' | 'mismatch' | 'expired'
  /** Numbers of 64 bits come as the driver, or the user's type parsers, have it. */
  readonly left_ms: unknown
  readonly attempt: number
  readonly fence: unknown
  readonly takeover: boolean
  readonly retryable: boolean
  readonly fingerprint: string | null
  readonly payload: string | null
  readonly steps: string | null
}

const NO_STEPS: readonly SavedStep[] = []

/** What the claim functions answer, as they write it: from the part `at` on. */
export function readClaim(parts: readonly (string | null)[], at = 0): ClaimRow {
  return {
    outcome: parts[at] as ClaimRow['outcome'],
    left_ms: parts[at + 1],
    attempt: Number(parts[at + 2]),
    fence: parts[at + 3],
    takeover: parts[at + 4] === 'true',
    retryable: parts[at + 5] === 'true',
    fingerprint: parts[at + 6] as string | null,
    payload: parts[at + 7] as string | null,
    steps: parts[at + 8] as string | null,
  }
}

/** The answers to several claims, in their order. */
export function readClaims(replies: readonly string[], claims: readonly Claim[]): ClaimOutcome[] {
  const outcomes = new Array<ClaimOutcome | undefined>(claims.length)
  let fence: unknown
  for (const reply of replies) {
    const parts = splitTexts(reply)
    const [kind] = parts
    if (kind === 'answers') readAnswers(parts, claims, outcomes)
    else if (kind === '0') fence = parts[1]
    else outcomes[Number(kind) - 1] = claimOutcome(readClaim(parts, 1))
  }
  return Array.from(outcomes, (outcome) => outcome ?? acquiredFirst(fence))
}

/** How many parts tell one answer, and before them what they are. */
const ANSWER = 6
const FIRST_ANSWER = 1

function readAnswers(
  parts: readonly (string | null)[],
  claims: readonly Claim[],
  outcomes: (ClaimOutcome | undefined)[],
): void {
  // They come in the order of the index, which is that of the claims or, with odd characters, nearly so.
  let nth = 0
  for (let at = FIRST_ANSWER; at < parts.length; at += ANSWER) {
    const key = unescapeText(parts[at] as string)
    nth = placeOf(key, claims, nth)
    outcomes[nth] = answer(parts, at, (claims[nth] as Claim).fingerprint)
  }
}

/** @throws StoreError if nothing was claimed under this key */
function placeOf(key: string, claims: readonly Claim[], from: number): number {
  for (let looked = 0; looked < claims.length; looked++) {
    const nth = (from + looked) % claims.length
    if (claims[nth]?.key === key) return nth
  }
  throw new StoreError(
    `the server answered for the key ${JSON.stringify(key)}, which was not claimed: does a type parser of yours change texts?`,
  )
}

function answer(parts: readonly (string | null)[], at: number, asked: string | undefined): ClaimOutcome {
  const fingerprint = unescapeOptional(parts[at + 4] as string | null)
  if (asked !== undefined && fingerprint !== undefined && asked !== fingerprint) return { type: 'mismatch' }
  const state = parts[at + 1] as 'succeeded' | 'failed'
  const payload = unescapeOptional(parts[at + 5] as string | null)
  return {
    type: 'settled',
    state,
    attempt: Number(parts[at + 3]),
    fingerprint,
    value: state === 'succeeded' ? payload : undefined,
    failure: state === 'failed' ? payload : undefined,
    retryable: false,
    retentionMs: left(parts[at + 2]),
  }
}

/** A first attempt, acquired. */
function acquiredFirst(fence: unknown): ClaimOutcome {
  return { type: 'acquired', attempt: 1, fence: Number(fence), takeover: false, steps: NO_STEPS }
}

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

/** An answer of the claim functions in the words of the contract. */
export function claimOutcome(row: ClaimRow): ClaimOutcome {
  const { outcome, attempt } = row
  switch (outcome) {
    case 'acquired': {
      const { fence, takeover, steps } = row
      return { type: 'acquired', attempt, fence: Number(fence), takeover, steps: readSteps(steps) }
    }
    case 'running':
      return { type: 'running', attempt, fence: Number(row.fence), leaseMs: left(row.left_ms) }
    case 'succeeded':
    case 'failed': {
      const payload = unescapeOptional(row.payload)
      return {
        type: 'settled',
        state: outcome,
        attempt,
        fingerprint: unescapeOptional(row.fingerprint),
        value: outcome === 'succeeded' ? payload : undefined,
        failure: outcome === 'failed' ? payload : undefined,
        retryable: row.retryable,
        retentionMs: left(row.left_ms),
      }
    }
    case 'abandoned':
      return { type: 'abandoned', attempt, failure: unescapeOptional(row.payload) }
    case 'mismatch':
    case 'expired':
      return { type: outcome }
  }
}

/** Steps as the column has them, asked for as text: what a driver makes of JSON is the user's choice. */
export function readSteps(steps: string | null): readonly SavedStep[] {
  if (steps === null) return NO_STEPS
  return (JSON.parse(steps) as [string, string | null][]).map(([name, value]) => ({
    name: unescapeText(name),
    value: unescapeOptional(value),
  }))
}
