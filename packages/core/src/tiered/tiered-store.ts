import type { FinalAnswer, RecordCache } from '../contracts/record-cache'
import type { Claim, ClaimOutcome, Store } from '../contracts/store'
import { shown } from '../options/duration'
import { onlyKnown } from '../options/only-known'
import { STORE_METHODS, withMethods } from '../options/settings'
import { differ } from '../record/claim'
import { systemRuntime } from '../runtime'

export interface TieredStoreOptions {
  /** Read in this order, the fastest first. */
  readonly caches: readonly RecordCache[]
  /** Decides every claim that the caches cannot answer, and everything else. */
  readonly authority: Store
}

/**
 * A store that reads settled records through faster caches and leaves every decision to one authority. Caches hold
 * final answers only, and a cache that fails, or hangs for 250 ms, is passed over.
 *
 * After `delete`, an answer may be read from a cache until its entry ages: from the local cache of another process, or
 * from a shared one that another process filled at that moment. Give such caches a `maxAge`.
 *
 * @throws TypeError if an option is wrong
 */
export function tieredStore(options: TieredStoreOptions): Store {
  const { caches, authority } = onlyKnown(options, ['caches', 'authority'])
  if (!Array.isArray(caches))
    throw new TypeError(`caches must be a list of record caches; got ${shown(caches)}`)
  for (const cache of caches) withMethods('caches', cache, ['get', 'put', 'delete'])
  return new TieredStore(caches, withMethods('authority', authority, STORE_METHODS, ['watch', 'diagnose']))
}

class TieredStore implements Store {
  readonly #caches: readonly RecordCache[]
  readonly #authority: Store
  readonly watch: Store['watch']
  readonly diagnose: Store['diagnose']
  /** How often something was deleted: an answer that was under way meanwhile is not put into caches. */
  #deleted = 0

  constructor(caches: readonly RecordCache[], authority: Store) {
    this.#caches = caches
    this.#authority = authority
    this.watch = authority.watch?.bind(authority)
    this.diagnose = authority.diagnose?.bind(authority)
  }

  async claim(claim: Claim): Promise<ClaimOutcome> {
    const known = this.#deleted
    for (const [level, cache] of this.#caches.entries()) {
      const answer = await attempt(() => cache.get(claim.key))
      if (!answer) continue
      if (differ(answer.fingerprint, claim.fingerprint)) return { type: 'mismatch' }
      await this.#fill(claim.key, answer, this.#caches.slice(0, level), known)
      return answer
    }
    const outcome = await this.#authority.claim(claim)
    if (outcome.type === 'settled' && !outcome.retryable) {
      await this.#fill(claim.key, outcome as FinalAnswer, this.#caches, known)
    }
    return outcome
  }

  extend: Store['extend'] = (lease) => this.#authority.extend(lease)
  complete: Store['complete'] = (completion) => this.#authority.complete(completion)
  fail: Store['fail'] = (report) => this.#authority.fail(report)
  release: Store['release'] = (holder) => this.#authority.release(holder)
  saveStep: Store['saveStep'] = (step) => this.#authority.saveStep(step)
  resolve: Store['resolve'] = (resolution) => this.#authority.resolve(resolution)
  get: Store['get'] = (key) => this.#authority.get(key)
  list: Store['list'] = (query) => this.#authority.list(query)

  /** From the authority first: a claim in between would only fill a cache with what is still true. */
  async delete(key: string): Promise<boolean> {
    this.#deleted++
    const deleted = await this.#authority.delete(key)
    this.#deleted++
    for (const cache of this.#caches) await attempt(() => cache.delete(key))
    return deleted
  }

  async #fill(
    key: string,
    answer: FinalAnswer,
    caches: readonly RecordCache[],
    known: number,
  ): Promise<void> {
    for (const cache of caches) if (known === this.#deleted) await attempt(() => cache.put(key, answer))
  }
}

/** A cache that has not answered by then is no faster way. */
const CACHE_TIMEOUT_MS = 250

/** What a cache cannot do, or not in time, the authority can. */
async function attempt<T>(use: () => Promise<T> | T): Promise<T | undefined> {
  let cancel = () => {}
  const late = new Promise<undefined>((resolve) => {
    cancel = systemRuntime.schedule(CACHE_TIMEOUT_MS, () => resolve(undefined))
  })
  try {
    return await Promise.race([use(), late])
  } catch {
    return undefined
  } finally {
    cancel()
  }
}
