import type { LockOutcome, LockRequest, LockStore } from '@idem/core'
import { matches } from '../suite/expectations'
import type { SuiteTerms } from '../suite/suite-terms'
import { BRIEF, LONG, pass, type Time } from '../suite/time'

/** A lock that a case has won. */
export interface Grant {
  readonly owner: string
  readonly fence: number
  readonly now: number
}

/** The calls of a lock store about one name, with everything a case does not care about filled in. */
export class LockScene {
  constructor(
    readonly store: LockStore,
    readonly time: Time,
    readonly terms: SuiteTerms,
    readonly name: string = `conformance:${crypto.randomUUID()}`,
  ) {}

  /** The same store, another name. */
  at(name: string): LockScene {
    return new LockScene(this.store, this.time, this.terms, name)
  }

  token(): string {
    return crypto.randomUUID()
  }

  acquire(request: Partial<LockRequest> = {}): Promise<LockOutcome> {
    return this.store.acquire({ name: this.name, owner: this.token(), ttlMs: LONG, ...request })
  }

  /** Acquires, and counts on getting the lock. */
  async hold(request: Partial<LockRequest> = {}): Promise<Grant> {
    const owner = request.owner ?? this.token()
    const outcome = await this.acquire({ ...request, owner })
    matches(outcome, { acquired: true })
    if (!outcome.acquired) throw new Error('unreachable: it was acquired')
    return { owner, fence: outcome.fence, now: outcome.now }
  }

  /** A lock whose time has run out. */
  async lapsed(): Promise<Grant> {
    const grant = await this.hold({ ttlMs: BRIEF })
    await pass(this.time)
    return grant
  }

  extend(owner: string, ttlMs: number = LONG): Promise<boolean> {
    return this.store.extend({ name: this.name, owner, ttlMs })
  }

  release(owner: string): Promise<boolean> {
    return this.store.release({ name: this.name, owner })
  }

  isHeld(owner?: string): Promise<boolean> {
    return owner === undefined ? this.store.isHeld(this.name) : this.store.isHeld(this.name, owner)
  }
}
