import type { LockStore } from '../contracts/lock-store'
import type { Runtime } from '../runtime'
import { LockOwner } from './lock-owner'
import { orAborted } from './or-aborted'
import { Waiting } from './waiting'

export interface LockWish {
  readonly store: LockStore
  readonly runtime: Runtime
  readonly storeTimeoutMs: number
  /** As the store has it. */
  readonly name: string
  readonly ttlMs: number
  readonly waitMs: number
  readonly signal?: AbortSignal | undefined
}

/** A lock that was got, and is up to the taker to renew and to give back. */
export interface TakenLock {
  readonly owner: LockOwner
  readonly fence: number
  /** The store's clock at the grant. */
  readonly now: number
  /** The local clock when what led to the grant was sent. */
  readonly sentAt: number
}

/**
 * Takes a lock, waiting for it if need be; `undefined` if it is still somebody else's after `waitMs`. Whoever leaves
 * without it leaves nothing locked.
 *
 * @throws StoreError if the store fails, or the signal's reason
 */
export async function takeLock(wish: LockWish): Promise<TakenLock | undefined> {
  const { store, runtime, name, ttlMs, waitMs, signal } = wish
  signal?.throwIfAborted()
  const owner = new LockOwner(store, runtime, wish.storeTimeoutMs, name)
  const waiting = new Waiting(store, runtime, name, waitMs, signal)
  let taken: TakenLock | undefined
  try {
    do {
      const answer = await orAborted(owner.acquire(ttlMs), signal)
      if (answer.acquired) taken = { owner, ...answer }
      else if (!(await waiting.pause(answer.ttlMs))) break
    } while (taken === undefined)
    return taken
  } finally {
    waiting.end()
    if (taken === undefined) owner.leave()
  }
}
