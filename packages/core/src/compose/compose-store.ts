import type {
  Claim,
  ClaimOutcome,
  Completion,
  FailureReport,
  Holder,
  Lease,
  RecordPage,
  RecordQuery,
  Resolution,
  StepResult,
  Store,
  StoredRecord,
} from '../contracts/store'
import { StoreError } from '../errors'
import { type TakenLock, takeLock } from '../mutex/take-lock'
import { decideClaim, type Transition } from '../record/claim'
import { type RecordData, shown } from '../record/record'
import {
  decideComplete,
  decideDelete,
  decideExtend,
  decideFail,
  decideRelease,
  decideResolve,
  decideSaveStep,
} from '../record/settle'
import { huskOf } from './husk'
import { type ComposeOptions, type ComposeSettings, resolveComposeOptions } from './options'
import type { Repository, VersionedRecord } from './repository'
import { StoreClock } from './store-clock'

/**
 * Makes a store of a plain {@link Repository} and any {@link LockStore}: each transition takes the record's lock, looks,
 * decides and writes. Answers that need no write are read without the lock.
 *
 * The lock gives the clock and the fence, and keeps transitions from getting in one another's way. That they are right
 * does not hang on it: whoever lost the lock without noticing is refused by the repository's conditional write.
 *
 * @example
 * const store = composeStore({ repository: new PaymentsTable(db), lock: new MemoryLockStore() })
 * const idem = new Idem({ store })
 *
 * @throws TypeError that names the option which is wrong or unknown
 */
export function composeStore(options: ComposeOptions): Store {
  return new ComposedStore(resolveComposeOptions(options))
}

/** Each answer of these says that something has *not* run out yet; such a one can be given without the lock. */
const READ_UNLOCKED: readonly ClaimOutcome['type'][] = ['settled', 'running', 'mismatch']
/** How often a transition begins anew because the record changed between its look and its write. */
const ROUNDS = 5
const LOCK_TIMEOUT_MS = 1_000
/** No record's key: levels of stored keys are never empty at the start. */
const CLOCK = ':clock'

class ComposedStore implements Store {
  readonly #settings: ComposeSettings
  readonly #repository: Repository
  readonly #clock: StoreClock

  constructor(settings: ComposeSettings) {
    this.#settings = settings
    this.#repository = settings.repository
    this.#clock = new StoreClock(settings.runtime)
  }

  async claim(claim: Claim): Promise<ClaimOutcome> {
    const { key } = claim
    const now = this.#clock.latest()
    if (now !== undefined) {
      const { outcome, next } = decideClaim(
        (await this.#repository.get(key))?.record,
        claim,
        now,
        (fence) => fence,
      )
      if (next === undefined && READ_UNLOCKED.includes(outcome.type)) return outcome
    }
    return this.#transition(key, (record, grant) =>
      // Every attempt of a key begins under its lock, whose fences grow from holder to holder: so the record's grow even
      // when nothing is left of the record before.
      decideClaim(record, claim, grant.now, (previous) => Math.max(previous + 1, grant.fence)),
    )
  }

  async extend(lease: Lease): Promise<boolean> {
    return this.#transition(lease.key, (record, { now }) => decideExtend(record, lease, now))
  }

  async complete(completion: Completion): Promise<boolean> {
    return this.#transition(completion.key, (record, { now }) => decideComplete(record, completion, now))
  }

  async fail(report: FailureReport): Promise<boolean> {
    return this.#transition(report.key, (record, { now }) => decideFail(record, report, now))
  }

  async release(holder: Holder): Promise<boolean> {
    return this.#transition(holder.key, (record, { now }) => decideRelease(record, holder, now))
  }

  async saveStep(step: StepResult): Promise<boolean> {
    return this.#transition(step.key, (record, { now }) => decideSaveStep(record, step, now))
  }

  async resolve(resolution: Resolution): Promise<boolean> {
    return this.#transition(resolution.key, (record, { now }) => decideResolve(record, resolution, now))
  }

  async delete(key: string): Promise<boolean> {
    return this.#transition(key, (record, { now }) => decideDelete(record, key, now))
  }

  async get(key: string): Promise<StoredRecord | undefined> {
    const now = await this.#now()
    return shown((await this.#repository.get(key))?.record, now)
  }

  async list({ state, prefix, limit, cursor }: RecordQuery): Promise<RecordPage> {
    if (this.#repository.list === undefined) {
      throw new StoreError('the repository has no list(), so its records cannot be listed')
    }
    const now = await this.#now()
    const page = await this.#repository.list({ prefix, limit, cursor })
    const records = page.records
      .map((record) => shown(record, now))
      .filter((record) => record !== undefined)
      .filter((record) => state === undefined || record.state === state)
    return { records, cursor: page.cursor }
  }

  #transition<Outcome>(
    key: string,
    decide: (record: RecordData | undefined, grant: TakenLock) => Transition<Outcome>,
  ): Promise<Outcome> {
    return this.#locked(key, async (grant) => {
      const found = await this.#repository.get(key)
      const { outcome, next } = decide(found?.record, grant)
      return next === undefined || (await this.#write(key, found, next, grant.now)) ? { outcome } : undefined
    })
  }

  async #write(
    key: string,
    found: VersionedRecord | undefined,
    next: RecordData | null,
    now: number,
  ): Promise<boolean> {
    if (found) return this.#repository.update(key, found.version, next ?? huskOf(found.record, now))
    return next === null || this.#repository.create(key, next)
  }

  async #now(): Promise<number> {
    return this.#clock.latest() ?? this.#locked(CLOCK, async ({ now }) => ({ outcome: now }))
  }

  /** Runs a step under a lock, and again under a new one if it comes to nothing because the record has changed. */
  async #locked<Outcome>(
    name: string,
    step: (grant: TakenLock) => Promise<{ readonly outcome: Outcome } | undefined>,
  ): Promise<Outcome> {
    for (let round = 0; round < ROUNDS; round++) {
      const grant = await this.#lock(name)
      try {
        const done = await step(grant)
        if (done !== undefined) return done.outcome
      } finally {
        // Nobody waits for it: what was decided is written, and a lock that cannot be given back ends with its time.
        grant.owner.leave()
      }
    }
    throw new StoreError(`${name} changed ${ROUNDS} times between a look under its lock and the write`)
  }

  async #lock(name: string): Promise<TakenLock> {
    const { lock, runtime, ttlMs, waitMs } = this.#settings
    const grant = await takeLock({
      store: lock,
      runtime,
      storeTimeoutMs: LOCK_TIMEOUT_MS,
      name,
      ttlMs,
      waitMs,
    })
    if (grant === undefined)
      throw new StoreError(`the lock of ${name} was held by somebody else for ${waitMs} ms`)
    this.#clock.learn(grant)
    return grant
  }
}
