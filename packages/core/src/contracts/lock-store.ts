/**
 * The contract between a mutex and the place where its locks are kept.
 *
 * Like a {@link Store}, a lock store decides atomically, on its own clock, by owner token, and a call sent again by its
 * owner has the same answer (but for `release`, which tells whether the lock was still held). A lock whose time has run
 * out is free at that moment, whether or not it was cleaned up.
 */
export interface LockStore {
  /**
   * Takes the lock if it is free, or if this very owner holds it already (then its time is renewed and the fence is
   * the same). A fence is greater than that of every earlier holder of the name, also after release and expiry.
   */
  acquire(request: LockRequest): Promise<LockOutcome>

  /** Renews the time of a held lock. `false`: this owner does not hold it. */
  extend(request: LockRequest): Promise<boolean>

  /** Gives the lock back. `false`: this owner did not hold it (any more); somebody else's lock is never released. */
  release(holder: LockHolder): Promise<boolean>

  /** Whether the lock is held now: by this owner, or, if none is named, by anybody. */
  isHeld(name: string, owner?: string): Promise<boolean>

  /** Optional: tells when the lock may have become free. Placed and ended like {@link Store.watch}. */
  watch?:
    | ((name: string, onChange: (deaf?: boolean) => void, signal: AbortSignal) => Promise<void>)
    | undefined
}

export interface LockHolder {
  readonly name: string
  /** Random token of this acquisition. */
  readonly owner: string
}

export interface LockRequest extends LockHolder {
  /** How long the lock is held from now, on the store's clock, unless renewed. */
  readonly ttlMs: number
}

export type LockOutcome =
  | {
      readonly acquired: true
      /** Below 2^53. */
      readonly fence: number
      /** The store's clock at that moment, milliseconds since the epoch. */
      readonly now: number
    }
  | {
      readonly acquired: false
      /** What is left of the other holder's time. */
      readonly ttlMs: number
    }
