import { LockLostError, LockNotAcquiredError } from '../errors'
import { encodeKey, type Key } from '../options/key'
import { aFunction } from '../options/settings'
import { HeldLock, shownName } from './held-lock'
import {
  type AcquireOptions,
  type LockPlace,
  type LockSettings,
  type MutexOptions,
  resolveAcquireOptions,
  resolveMutexOptions,
  resolveTryAcquireOptions,
  type TryAcquireOptions,
} from './options'
import { takeLock } from './take-lock'

/**
 * Lets one holder in at a time, in all processes that share the lock store.
 *
 * @example
 * const mutex = new Mutex({ store: new MemoryLockStore() })
 * const total = await mutex.run(['stock', sku], (lock) => recount(sku, { fence: lock.fence, signal: lock.signal }))
 */
export class Mutex {
  readonly #place: LockPlace
  readonly #settings: LockSettings

  /** @throws TypeError that names the option which is wrong or unknown */
  constructor(options: MutexOptions) {
    const { place, settings } = resolveMutexOptions(options)
    this.#place = place
    this.#settings = settings
  }

  /**
   * Takes the lock, waiting for it if somebody else holds it.
   *
   * @throws LockNotAcquiredError if it is still held by somebody else after `wait`
   * @throws InvalidKeyError or TypeError if the name or an option is wrong, before the store is called
   * @throws StoreError if the store fails or does not answer; nothing stays locked then, if the store can be told
   * @throws the reason of `signal` if it aborts first
   */
  async acquire(name: Key, options: AcquireOptions = {}): Promise<HeldLock> {
    const settings = resolveAcquireOptions(options, this.#settings)
    const lock = await this.#take(name, settings)
    if (lock !== undefined) return lock
    const waited = settings.waitMs === 0 ? '' : `, ${settings.waitMs} ms later still`
    throw new LockNotAcquiredError(`lock ${shownName(name)} is held by somebody else${waited}`)
  }

  /**
   * Takes the lock if it is free now.
   *
   * @throws InvalidKeyError or TypeError if the name or an option is wrong, before the store is called
   * @throws StoreError if the store fails or does not answer; nothing stays locked then, if the store can be told
   */
  async tryAcquire(name: Key, options: TryAcquireOptions = {}): Promise<HeldLock | undefined> {
    return this.#take(name, resolveTryAcquireOptions(options, this.#settings))
  }

  /**
   * Runs a function while holding the lock, which is given back in any case, and gives what the function gave.
   *
   * @throws what the function throws
   * @throws LockLostError once the function has ended, if the lock was lost before; `cause` is what it threw, if it did
   * @throws what {@link Mutex.acquire} throws
   */
  async run<T>(name: Key, run: (lock: HeldLock) => Promise<T> | T, options: AcquireOptions = {}): Promise<T> {
    aFunction('run', run)
    const lock = await this.acquire(name, options)
    const ended = await endOf(() => run(lock))
    await lock.release().catch(() => {
      // There it ends with its time; here the work was done while it was held.
    })
    if (lock.signal.aborted) throw lostWhile(ended, lock.signal.reason)
    if ('error' in ended) throw ended.error
    return ended.value
  }

  async #take(name: Key, settings: LockSettings): Promise<HeldLock | undefined> {
    const { store, namespace, runtime, storeTimeoutMs } = this.#place
    const stored = `${namespace}:${encodeKey('name', name)}`
    const taken = await takeLock({ store, runtime, storeTimeoutMs, name: stored, ...settings })
    return (
      taken && new HeldLock({ name, fence: taken.fence, ttlMs: settings.ttlMs, owner: taken.owner, runtime })
    )
  }
}

type End<T> = { readonly value: T } | { readonly error: unknown }

async function endOf<T>(run: () => Promise<T> | T): Promise<End<T>> {
  try {
    return { value: await run() }
  } catch (error) {
    return { error }
  }
}

/** An error of its own keeps what the function threw, unless that was the loss itself. */
function lostWhile(ended: End<unknown>, loss: LockLostError): LockLostError {
  if (!('error' in ended) || ended.error === loss) return loss
  return new LockLostError(loss.message, { cause: ended.error })
}
