import { deepStrictEqual } from 'node:assert/strict'
import type {
  Acquired,
  Claim,
  ClaimOutcome,
  Completion,
  FailureReport,
  Lease,
  Resolution,
  Store,
  StoredRecord,
} from '@idem/core'
import { matches } from '../suite/expectations'
import type { SuiteTerms } from '../suite/suite-terms'
import { BRIEF, LONG, pass, type Time } from '../suite/time'

/** An attempt that a case has won. */
export interface Attempt extends Acquired {
  readonly owner: string
}

/** The calls of a store about one key, with everything a case does not care about filled in. */
export class StoreScene {
  constructor(
    readonly store: Store,
    readonly time: Time,
    readonly terms: SuiteTerms,
    readonly key: string = `conformance:${crypto.randomUUID()}`,
  ) {}

  /** The same store, another key. */
  at(key: string): StoreScene {
    return new StoreScene(this.store, this.time, this.terms, key)
  }

  /** Random, and of the length that the owners of `Idem` have: a store may keep such in a form of its own. */
  token(): string {
    return crypto.randomUUID().replaceAll('-', '').slice(-16)
  }

  claim(claim: Partial<Claim> = {}): Promise<ClaimOutcome> {
    return this.store.claim({
      key: this.key,
      owner: this.token(),
      leaseMs: LONG,
      keepMs: LONG,
      maxAttempts: Number.POSITIVE_INFINITY,
      onAbandoned: 'takeover',
      ...claim,
    })
  }

  /** Claims, and counts on winning. */
  async acquire(claim: Partial<Claim> = {}): Promise<Attempt> {
    const owner = claim.owner ?? this.token()
    const outcome = await this.claim({ ...claim, owner })
    matches(outcome, { type: 'acquired' })
    return { ...(outcome as Acquired), owner }
  }

  /** An attempt whose lease has run out. */
  async lapsed(claim: Partial<Claim> = {}): Promise<Attempt> {
    const attempt = await this.acquire({ leaseMs: BRIEF, ...claim })
    await pass(this.time)
    return attempt
  }

  extend(owner: string, lease: Partial<Lease> = {}): Promise<boolean> {
    return this.store.extend({ key: this.key, owner, leaseMs: LONG, keepMs: LONG, ...lease })
  }

  complete(owner: string, completion: Partial<Completion> = {}): Promise<boolean> {
    return this.store.complete({ key: this.key, owner, value: 'value', ...KEEPING, ...completion })
  }

  fail(owner: string, kind: FailureReport['kind'], report: Partial<FailureReport> = {}): Promise<boolean> {
    return this.store.fail({ key: this.key, owner, kind, failure: 'failure', ...KEEPING, ...report })
  }

  release(owner: string): Promise<boolean> {
    return this.store.release({ key: this.key, owner })
  }

  saveStep(owner: string, name: string, value?: string, fence?: number): Promise<boolean> {
    return this.store.saveStep({ key: this.key, owner, fence, name, value })
  }

  resolve(resolution: Partial<Resolution> = {}): Promise<boolean> {
    return this.store.resolve({
      key: this.key,
      owner: this.token(),
      value: 'resolved',
      ...KEEPING,
      ...resolution,
    })
  }

  get(): Promise<StoredRecord | undefined> {
    return this.store.get(this.key)
  }

  delete(): Promise<boolean> {
    return this.store.delete(this.key)
  }

  /** The record without what changes by itself as time goes by: to see that a call has written nothing. */
  async stored(): Promise<Omit<StoredRecord, 'leaseMs'> | undefined> {
    const record = await this.get()
    if (record === undefined) return undefined
    const { leaseMs: _, ...rest } = record
    return rest
  }
}

const KEEPING = { retentionMs: LONG, tombstoneMs: 0 } as const

/** Name and value of each saved step, in the order of the names. */
export function stepsOf(shown: Pick<StoredRecord, 'steps'> | undefined): [string, string | undefined][] {
  const steps = (shown?.steps ?? []).map(({ name, value }): [string, string | undefined] => [name, value])
  return steps.sort(([one], [other]) => (one < other ? -1 : 1))
}

/** Makes a call, and counts on the record being as it was. */
export async function leavesAlone(scene: StoreScene, call: () => Promise<unknown>): Promise<void> {
  const before = await scene.stored()
  await call()
  deepStrictEqual(await scene.stored(), before)
}
