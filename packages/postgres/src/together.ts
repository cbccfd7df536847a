import type { Claim, ClaimOutcome, Completion, Resolution } from '@idem/core'
import { claimOutcome, HELD_BY_TRANSACTION, readClaim, readClaims } from './claim-outcome'
import { Coalescer, Lanes } from './coalescer'
import type { Connection } from './connection'
import { duration, keepingTimes } from './durations'
import { escapeOptional, escapeText, joinTexts, splitTexts } from './escaped-text'
import { isAboutData, isLocked } from './postgres-failure'
import type { StoreStatements } from './statements/statements'

/** How many statements of several rows are on their way at most: more would be smaller. */
const LANES = 4
const MOST_PER_BATCH = 128

/** Beyond this many characters a value is sent on its own. */
const LARGE = 65_536

interface ClaimReply {
  readonly reply: string
}

/** The calls that go together where many are waiting: claims, and completions. */
export class Together {
  readonly #connection: Connection
  readonly #statements: StoreStatements
  readonly claims: Coalescer<Claim, ClaimOutcome>
  readonly completions: Coalescer<Completion, boolean>

  constructor(connection: Connection, statements: StoreStatements) {
    this.#connection = connection
    this.#statements = statements
    const shared = { lanes: new Lanes(LANES), batchSize: MOST_PER_BATCH, isAboutOne: isAboutData }
    this.claims = new Coalescer({
      ...shared,
      together: likeClaims,
      send: (claims: readonly Claim[]) => this.#sendClaims(claims),
    })
    this.completions = new Coalescer({
      ...shared,
      together: likeCompletions,
      send: (completions: readonly Completion[]) => this.#sendCompletions(completions),
    })
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

/** What settles a record as succeeded, as the functions take it. */
export const settling = (settled: Completion | Resolution): unknown[] => [
  ...[escapeText(settled.key), escapeText(settled.owner), escapeOptional(settled.value)],
  ...keepingTimes(settled),
]
