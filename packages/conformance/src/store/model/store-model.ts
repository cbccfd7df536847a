import type {
  Claim,
  Completion,
  FailureReport,
  Holder,
  Keeping,
  Lease,
  RecordState,
  Resolution,
  StepResult,
} from '@idem/core'
import {
  abandoned,
  acquired,
  answered,
  type Expected,
  type ExpectedRecord,
  type ModelRecord,
  running,
  type Settled,
  stateOf,
} from './model-record'

const REPORTED: Record<FailureReport['kind'], Settled> = {
  final: 'failed for good',
  retryable: 'failed retryably',
  abandoned: 'reported abandoned',
}

/**
 * The contract of a store, said once more in the plainest way: one caller at a time, a clock that stands still between
 * calls. Answers are compared with those of the store under test.
 */
export class StoreModel {
  now = 0
  readonly #records = new Map<string, ModelRecord>()

  /** The record or tombstone, unless its time is over. */
  there(key: string): ModelRecord | undefined {
    const record = this.#records.get(key)
    if (record === undefined) return undefined
    return this.now < Math.max(record.keptUntil, record.buriedUntil) ? record : undefined
  }

  /** The first rule that fits. The fence of a new attempt is the store's to choose: see {@link StoreModel.attempted}. */
  claim(claim: Claim): Expected {
    const record = this.there(claim.key)
    if (record === undefined) return this.#attempt(undefined, claim, false)
    if (this.#isTombstone(record)) return { type: 'expired' }
    const [kept, sent] = [record.fingerprint, claim.fingerprint]
    if (kept !== undefined && sent !== undefined && kept !== sent) return { type: 'mismatch' }
    const mine = record.owner === claim.owner
    switch (record.settled) {
      case 'succeeded':
      case 'failed for good':
        return answered(record)
      case 'failed retryably':
        if (mine) return answered(record)
        if (claim.waitedFor !== undefined && claim.waitedFor <= record.fence) return answered(record)
        if (record.attempt >= claim.maxAttempts) return answered(record)
        return this.#attempt(record, claim, false)
      case 'reported abandoned':
        return mine ? abandoned(record) : this.#afterAbandonment(record, claim)
      case undefined:
        break
    }
    if (mine) {
      record.leaseEnds = this.now + claim.leaseMs
      record.keptUntil = this.now + claim.keepMs
      return acquired(record)
    }
    return this.now < record.leaseEnds ? running(record) : this.#afterAbandonment(record, claim)
  }

  /** Takes note of the fence that the store gave to an attempt. */
  attempted(key: string, fence: number): void {
    const record = this.there(key)
    if (record !== undefined) record.fence = fence
  }

  extend({ key, owner, leaseMs, keepMs }: Lease): boolean {
    const record = this.#heldBy(key, owner)
    if (record === undefined) return false
    record.leaseEnds = this.now + leaseMs
    record.keptUntil = this.now + keepMs
    return true
  }

  complete(completion: Completion): boolean {
    const record = this.there(completion.key)
    if (record === undefined || record.owner !== completion.owner) return false
    if (record.settled !== undefined) return record.settled === 'succeeded'
    record.value = completion.value
    this.#settle(record, 'succeeded', completion)
    return true
  }

  fail(report: FailureReport): boolean {
    const record = this.there(report.key)
    if (record === undefined || record.owner !== report.owner) return false
    if (record.settled !== undefined) return record.settled === REPORTED[report.kind]
    record.failure = report.failure
    this.#settle(record, REPORTED[report.kind], report)
    if (report.kind !== 'final') record.buriedUntil = record.keptUntil
    return true
  }

  release({ key, owner }: Holder): boolean {
    const record = this.#heldBy(key, owner)
    if (record === undefined) return false
    if (record.attempt === 1) return this.#records.delete(key)
    record.settled = record.takeover ? 'reported abandoned' : 'failed retryably'
    record.failure = record.failureBefore
    record.attempt -= 1
    record.fence -= 1
    record.takeover = false
    return true
  }

  saveStep({ key, owner, name, value }: StepResult): boolean {
    const record = this.#heldBy(key, owner)
    if (record === undefined) return false
    if (!record.steps.has(name)) record.steps.set(name, value)
    return true
  }

  resolve(resolution: Resolution): boolean {
    const record = this.there(resolution.key)
    if (record === undefined || this.#isTombstone(record)) return false
    if (record.settled === 'succeeded') return record.owner === resolution.owner
    if (record.settled === 'failed for good') return false
    if (record.settled === undefined && this.now < record.leaseEnds) return false
    record.lateOwner = record.owner
    record.owner = resolution.owner
    record.value = resolution.value
    record.failure = undefined
    this.#settle(record, 'succeeded', resolution)
    return true
  }

  /**
   * Whether the contract leaves open what follows: an owner settles in the same way as before, but with other words, or
   * long after.
   */
  leavesOpen(request: Completion | FailureReport | Resolution): boolean {
    const record = this.there(request.key)
    if (record?.settled === undefined || record.owner !== request.owner) return false
    if (record.settled !== ('kind' in request ? REPORTED[request.kind] : 'succeeded')) return false
    return this.#isTombstone(record) || record.settlement !== JSON.stringify(request)
  }

  delete(key: string): boolean {
    const found = this.there(key) !== undefined
    this.#records.delete(key)
    return found
  }

  get(key: string): ExpectedRecord | undefined {
    const record = this.there(key)
    if (record === undefined || this.#isTombstone(record)) return undefined
    const { attempt, fence, owner, takeover, fingerprint, value, failure, settled } = record
    const [state, retryable] = [stateOf(record, this.now), settled === 'failed retryably']
    return { key, state, retryable, attempt, fence, owner, takeover, fingerprint, value, failure }
  }

  steps(key: string): [string, string | undefined][] {
    const saved = [...(this.there(key)?.steps ?? [])]
    return saved.sort(([one], [other]) => (one < other ? -1 : 1))
  }

  keys(state: RecordState | undefined): string[] {
    const shown = [...this.#records.keys()].filter((key) => {
      const record = this.get(key)
      return record !== undefined && (state === undefined || record.state === state)
    })
    return shown.sort()
  }

  #afterAbandonment(record: ModelRecord, claim: Claim): Expected {
    if (claim.onAbandoned === 'reject') return abandoned(record)
    if (claim.onAbandoned === 'takeover' && record.attempt >= claim.maxAttempts) return abandoned(record)
    return this.#attempt(record, claim, true)
  }

  #attempt(before: ModelRecord | undefined, claim: Claim, takeover: boolean): Expected {
    const attempt = before === undefined ? 1 : before.attempt + 1
    this.#records.set(claim.key, {
      settled: undefined,
      owner: claim.owner,
      lateOwner: before?.owner,
      attempt,
      fence: Number.NaN,
      takeover,
      fingerprint: before?.fingerprint ?? claim.fingerprint,
      steps: before?.steps ?? new Map(),
      value: undefined,
      failure: undefined,
      failureBefore: before?.failure,
      settlement: undefined,
      leaseEnds: this.now + claim.leaseMs,
      keptUntil: this.now + claim.keepMs,
      buriedUntil: 0,
    })
    return { type: 'acquired', attempt, takeover }
  }

  #settle(record: ModelRecord, settled: Settled, request: Keeping): void {
    record.settled = settled
    record.settlement = JSON.stringify(request)
    record.keptUntil = this.now + request.retentionMs
    record.buriedUntil = record.keptUntil + request.tombstoneMs
  }

  #heldBy(key: string, owner: string): ModelRecord | undefined {
    const record = this.there(key)
    return record?.owner === owner && record.settled === undefined ? record : undefined
  }

  #isTombstone(record: ModelRecord): boolean {
    return this.now >= record.keptUntil
  }
}
