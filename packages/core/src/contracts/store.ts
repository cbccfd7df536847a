/**
 * The contract between the engine and a place where records are kept.
 *
 * A store owns atomic steps and nothing else: the engine owns waiting, resending, encoding, caching and policies.
 *
 * What every store promises, for every method:
 *
 * - **Atomic.** Each call is one indivisible transition of one record, whatever runs beside it.
 * - **One clock.** Leases, retention and fences are judged by the store's own clock, never by the caller's.
 * - **The owner decides.** A write on a running record takes effect only for the owner token that holds it.
 * - **A lost reply is harmless.** A call sent again with the same arguments has the same answer and no further
 *   effect, until another attempt begins: the engine repeats calls whose replies it never saw. (`release` and `delete`
 *   tell whether there was something to remove, and so have another answer then.)
 * - **Failure is an exception.** A call that may or may not have taken effect rejects; it never answers `false`.
 *
 * Keys, payloads (`value`, `failure`) and fingerprints are opaque text. Times on records are milliseconds since the
 * epoch on the store's clock; durations are milliseconds, and `Infinity` means without limit.
 */
export interface Store {
  /**
   * Decides, in one step, what the caller may do with a key. The first rule that fits answers:
   *
   * 1. No record, or one that is past its keeping: a new record, `acquired` as attempt 1.
   * 2. A tombstone: `expired`.
   * 3. Both the record and the claim have a fingerprint and they differ: `mismatch`.
   * 4. Succeeded, or failed for good: `settled`.
   * 5. Running, and held by this very owner: `acquired` again with the same attempt, fence, `takeover` and steps, the
   *    lease renewed (the first reply was lost).
   * 6. Running under a lease that has not run out: `running`.
   * 7. Failed retryably: `settled` if the failure is the claimant's own (same owner), if the claimant waited for that
   *    attempt or an earlier one (`waitedFor` at or below its fence), or if `maxAttempts` are used up;
   *    else `acquired` as the next attempt.
   * 8. Abandoned (the lease ran out, or the attempt was reported so): `abandoned` if the attempt was the claimant's own,
   *    if `onAbandoned` is `'reject'`, or if it is `'takeover'` and `maxAttempts` are used up; else `acquired` as the
   *    next attempt, with `takeover` true.
   *
   * A next attempt keeps `createdAt`, the steps that were saved and the fingerprint, or takes the claim's where there was
   * none, and has a greater fence. Claims that acquire and calls that settle move `updatedAt`. Of any number of concurrent
   * claims with different owners, at most one is `acquired`.
   */
  claim(claim: Claim): Promise<ClaimOutcome>

  /** Renews the lease of a running record. `false`: this owner no longer holds it, and never will again. */
  extend(lease: Lease): Promise<boolean>

  /**
   * Settles a running record as succeeded. `false`: another attempt, or somebody's decision, came first, and nothing
   * was written. A lapsed lease alone is no reason to refuse: until somebody else claims the record it is the owner's.
   */
  complete(completion: Completion): Promise<boolean>

  /** Settles a running record as failed or abandoned; like {@link Store.complete} in all else. */
  fail(report: FailureReport): Promise<boolean>

  /**
   * Gives back a running attempt that never began, as if it had not been claimed. Of the first attempt, the record is
   * removed. Of a later one, it becomes again what the claim found: `abandoned` if the attempt was a takeover, else failed
   * retryably, with the number of the attempt before and the failure which that one had; an attempt that lapsed has none.
   * (For that, a running record keeps the failure of the attempt before, which nobody is shown.)
   *
   * - The fence becomes one less. Nobody was handed it, so it may be given again. It still is no less than that of the
   *   attempt before, whose failure is shared by who waited for it; and it is less than what those waited for who waited
   *   for the released attempt, so that they claim anew.
   * - The owner stays. A claim of its own that comes late is answered as for its own attempt (rules 7 and 8), and earlier
   *   owners stay shut out. (Where the record is removed, nothing is left to recognise such a claim by.)
   * - Steps, fingerprint and `createdAt` stay, and it is kept as long as the released claim asked. `updatedAt` moves;
   *   `takeover` is false, for whether the attempt before was one is not kept.
   *
   * `false`: this owner holds no running record, or no longer, and nothing was written; so also when it is sent again. A
   * lapsed lease alone is no reason to refuse.
   */
  release(holder: Holder): Promise<boolean>

  /**
   * Remembers a step of a running attempt, for this and later attempts. Saved again under the same name, the first
   * result stays. `false`: this owner no longer holds the record.
   */
  saveStep(step: StepResult): Promise<boolean>

  /**
   * Settles as succeeded a record that is abandoned or failed retryably. `false`: there is no such record, it is held
   * under a live lease, or it already has a final answer; nothing was written. The late owner, should it come
   * back, is refused.
   */
  resolve(resolution: Resolution): Promise<boolean>

  /** The record of a key as it is now, or `undefined` if there is none, it is past its keeping, or is a tombstone. */
  get(key: string): Promise<StoredRecord | undefined>

  /**
   * Removes a record or tombstone, whatever its state. `true` if there was one. Fences go on growing all the same.
   */
  delete(key: string): Promise<boolean>

  /**
   * One page of the records whose keys begin with a prefix. A record that exists throughout is seen at least once in
   * a walk through all pages; the order is the store's. A page may hold fewer records than `limit` and still not be
   * the last: only a missing `cursor` says so.
   */
  list(query: RecordQuery): Promise<RecordPage>

  /**
   * Optional: tells when a record may have changed. Resolves once the watch is in place; every settle, release,
   * resolution or deletion from then on calls `onChange` (too often is allowed, too late is not). A watch that can no
   * longer hear calls it with `deaf`, and again without when it hears again: in between its caller looks by itself. Ends, and forgets `onChange`, when the signal aborts.
   * Two steps, so that the caller can look once more between placing the watch and waiting.
   */
  watch?:
    | ((key: string, onChange: (deaf?: boolean) => void, signal: AbortSignal) => Promise<void>)
    | undefined

  /**
   * Optional: what about the server's set-up endangers these promises, one sentence each; none if all is well. Asked
   * once by each `Idem` that has an observer, which is told.
   */
  diagnose?: (() => Promise<readonly string[]>) | undefined
}

/** Who holds a record. */
export interface Holder {
  readonly key: string
  readonly owner: string
  /**
   * What the claim was answered with. Where it is given, whoever holds the record under another fence is somebody else: a
   * copy of a claim that arrives late can give an owner the record once more, for a later attempt, while the earlier one
   * still thinks that it holds it.
   */
  readonly fence?: number | undefined
}

/** What a claimant asks for. */
export interface Claim {
  readonly key: string
  /** Random token of the attempt that this claim would start; never used for two attempts. */
  readonly owner: string
  readonly fingerprint?: string | undefined
  /** How long the attempt holds the record without a sign of life. */
  readonly leaseMs: number
  /** How long a running record is kept after the last sign of life, so that its abandonment can be seen. */
  readonly keepMs: number
  /** How many attempts may be made in all; `Infinity` for no limit. */
  readonly maxAttempts: number
  /** What to do with an abandoned record: see {@link Store.claim}. `'reconcile'` takes over whatever the attempt. */
  readonly onAbandoned: 'takeover' | 'reconcile' | 'reject'
  /** The fence of the attempt whose outcome the claimant has been waiting for, if it has. */
  readonly waitedFor?: number | undefined
}

export type ClaimOutcome = Acquired | Running | Settled | Abandoned | Mismatch | Expired

/** The claimant owns the record and must run, renew and settle it. */
export interface Acquired {
  readonly type: 'acquired'
  /** From 1. */
  readonly attempt: number
  /**
   * Greater than that of every earlier attempt of this key, but those that were released: `max(previous + 1, the store's
   * clock in µs)`, below 2^53.
   */
  readonly fence: number
  /** Whether the attempt before this one was abandoned. */
  readonly takeover: boolean
  /** What earlier attempts saved. */
  readonly steps: readonly SavedStep[]
}

/** Somebody else is at it. */
export interface Running {
  readonly type: 'running'
  readonly attempt: number
  readonly fence: number
  /** What is left of the lease. */
  readonly leaseMs: number
}

/** There is an answer. */
export interface Settled {
  readonly type: 'settled'
  readonly state: 'succeeded' | 'failed'
  readonly attempt: number
  readonly fingerprint?: string | undefined
  /** The answer of a succeeded record; missing when it was omitted. */
  readonly value?: string | undefined
  /** The failure of a failed record. */
  readonly failure?: string | undefined
  /** Whether a later call may try again, and so this answer may still change. */
  readonly retryable: boolean
  /** What is left of the retention. */
  readonly retentionMs: number
}

/** Nobody knows how the last attempt ended, and the claim's policy does not allow another. */
export interface Abandoned {
  readonly type: 'abandoned'
  readonly attempt: number
  /** What the attempt reported of itself, if it could. */
  readonly failure?: string | undefined
}

/** The key belongs to another payload. */
export interface Mismatch {
  readonly type: 'mismatch'
}

/** The key was used, and its answer is no longer kept. */
export interface Expired {
  readonly type: 'expired'
}

export interface Lease extends Holder {
  /** From now on the store's clock. */
  readonly leaseMs: number
  readonly keepMs: number
}

/** How long a settled record is kept. */
export interface Keeping {
  /** How long it is replayed. */
  readonly retentionMs: number
  /** How long after that the key remains as a tombstone; 0 for not at all. Only final answers leave one. */
  readonly tombstoneMs: number
}

export interface Completion extends Holder, Keeping {
  /** Missing: succeeded, value omitted. */
  readonly value?: string | undefined
}

export interface FailureReport extends Holder, Keeping {
  /** `retryable`: a later call may try again. `final`: replayed. `abandoned`: nobody knows how it ended. */
  readonly kind: 'retryable' | 'final' | 'abandoned'
  readonly failure: string
}

export interface StepResult extends Holder {
  readonly name: string
  /** Missing: done, value omitted. */
  readonly value?: string | undefined
}

export interface SavedStep {
  readonly name: string
  readonly value?: string | undefined
}

export interface Resolution extends Keeping {
  readonly key: string
  /** Random token of this resolution; it replaces the owner's. */
  readonly owner: string
  readonly value?: string | undefined
}

/** Of a record that is kept. A running record whose lease ran out is shown as `abandoned`. */
export type RecordState = 'running' | 'succeeded' | 'failed' | 'abandoned'

/** A record as the store shows it. */
export interface StoredRecord {
  readonly key: string
  readonly state: RecordState
  /** For a failed record, whether a later call may try again; `false` for all others. */
  readonly retryable: boolean
  readonly attempt: number
  readonly fence: number
  readonly owner: string
  readonly takeover: boolean
  readonly fingerprint?: string | undefined
  readonly value?: string | undefined
  /** Of a failed attempt, or one that was reported abandoned. */
  readonly failure?: string | undefined
  readonly steps: readonly SavedStep[]
  readonly createdAt: number
  readonly updatedAt: number
  /** When the lease of a running or lapsed attempt ends or ended. */
  readonly leaseUntil?: number | undefined
  /** When it stops being replayed, or, not yet settled, being kept; `Infinity` for never. */
  readonly expiresAt: number
  /** What is left of the lease on the store's clock, for a running record. */
  readonly leaseMs?: number | undefined
}

export interface RecordQuery {
  /** Only keys that begin with this. */
  readonly prefix: string
  /** Only records in this state. */
  readonly state?: RecordState | undefined
  /** At most this many records, from 1 to 1000. */
  readonly limit: number
  /** Where the page before ended, as that page said it. */
  readonly cursor?: string | undefined
}

export interface RecordPage {
  readonly records: readonly StoredRecord[]
  /** Missing: this was the last page. */
  readonly cursor?: string | undefined
}
