import { Coalescer, Lanes } from '@idem/coalescer'
import { type Claim, type ClaimOutcome, type Completion, type Holder, StoreError } from '@idem/core'
import { claimOutcome, HELD_BY_TRANSACTION, readClaim, readClaims } from './claim-outcome'
import { type Connection, LIMIT_MS } from './connection'
import { duration, keepingTimes } from './durations'
import { escapeOptional, escapeText, joinTexts, splitTexts } from './escaped-text'
import { isAboutData, isLocked } from './postgres-failure'
import type { StoreStatements } from './statements/statements'

/** How many statements of several rows are on their way at most: more would be smaller. */
const LANES = 4
const MOST_PER_BATCH = 128

/** How long a key whose record a transaction keeps to itself is claimed on its own: it would keep up a batch. */
const APART_MS = 2000
const MOST_APART = 1000

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
  readonly #apart = new Map<string, number>()
  readonly completions: Coalescer<Completion, boolean>

  constructor(connection: Connection, statements: StoreStatements) {
    this.#connection = connection
    this.#statements = statements
    const shared = {
      ...{ lanes: new Lanes(LANES), batchSize: MOST_PER_BATCH, longestWaitMs: LIMIT_MS / 2 },
      isAboutOne: isAboutData,
    }
    this.claims = new Coalescer({
      ...shared,
      together: (one, other) =>
        likeClaims(one, other) && !this.#isApart(one.key) && !this.#isApart(other.key),
      send: (claims: readonly Claim[]) => this.#sendClaims(claims),
    })
    this.completions = new Coalescer({
      ...shared,
      together: likeCompletions,
      send: (completions: readonly Completion[]) => this.#sendCompletions(completions),
    })
  }

  /** A claim that is given up: it is not sent any more, or has been answered. */
  async withdraw({ key, owner }: Holder): Promise<void> {
    const isMeant = (claim: Claim) => claim.owner === owner && claim.key === key
    await this.claims.withdraw(isMeant, new StoreError('the claim was given up before it was sent'))
  }

  #isApart(key: string): boolean {
    const until = this.#apart.get(key)
    if (until === undefined) return false
    if (performance.now() < until) return true
    this.#apart.delete(key)
    return false
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
      return [await this.#sendClaim(key, values)]
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
      claims,
    )
  }

  async #sendClaim(key: string, values: unknown[]): Promise<ClaimOutcome> {
    try {
      const rows = await this.#connection.run<ClaimReply>('claim', this.#statements.claim, values)
      const [{ reply }] = rows as [ClaimReply]
      return claimOutcome(readClaim(splitTexts(reply)))
    } catch (error) {
      if (!isLocked(error)) throw error
      // No more than there are; who is forgotten here too early costs its batch a moment.
      if (this.#apart.size >= MOST_APART) this.#apart.clear()
      this.#apart.set(key, performance.now() + APART_MS)
      return HELD_BY_TRANSACTION
    }
  }

  async #sendCompletions(completions: readonly Completion[]): Promise<readonly boolean[]> {
    const [first] = completions as [Completion]
    if (completions.length === 1) {
      return [await this.#connection.tells('complete', this.#statements.complete, completing(first))]
    }
    const values = [
      joinTexts(completions.map(({ key }) => key)),
      joinTexts(completions.map(({ owner }) => owner)),
      joinTexts(completions.map(({ fence }) => fence?.toString())),
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

/** Who holds a record, as the functions take it. */
export const holding = ({ key, owner, fence }: Holder): unknown[] => [
  ...[escapeText(key), escapeText(owner), fence ?? null],
]

const completing = (completion: Completion): unknown[] => [
  ...[...holding(completion), escapeOptional(completion.value)],
  ...keepingTimes(completion),
]
