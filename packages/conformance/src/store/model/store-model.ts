import type {
  Claim,
  Completion,
  FailureReport,
  Keeping,
  Lease,
  RecordState,
  Resolution,
  StepResult,
} from '@idem/core'

/** A record as the contract speaks of it. Times are the model's. */
interface ModelRecord {
  /** How it was settled last, if it was. */
  settled: 'succeeded' | 'failed for good' | 'failed retryably' | 'reported abandoned' | undefined
  owner: string
  lateOwner: string | undefined
  attempt: number
  fence: number
  takeover: boolean
  fingerprint: string | undefined
  steps: Map<string, string | undefined>
  value: string | undefined
  failure: string | undefined
  /** The settlement as it was sent, since only the same one sent again is spoken of. */
  settlement: string | undefined
  leaseEnds: number
  /** End of keeping, or of retention. */
  keptUntil: number
  buriedUntil: number
}

/** What an answer must be; members that are not named may be anything. */
export type Expected = { readonly type: string; readonly [member: string]: unknown }

/** What a record must look like. */
export type ExpectedRecord = { readonly state: RecordState; readonly [member: string]: unknown }

/**
 * The contract of a store, said once more in the plainest way: one caller at a time, a clock that stands still between
 * calls. Answers are compared with those of the store under test.
 */
export class StoreModel {
  now = 0
  readonly #records = new Map<string, ModelRecord>()
  readonly #lastFences = new Map<string, number>()

  owner(key: string): string | undefined {
    return this.#there(key)?.owner
  }

  lateOwner(key: string): string | undefined {
    return this.#there(key)?.lateOwner
  }

  fence(key: string): number | undefined {
    return this.#there(key)?.fence
  }

  lastFence(key: string): number {
    return this.#lastFences.get(key) ?? 0
  }

  /** The first rule that fits. The fence of a new attempt is the store's to choose: see {@link StoreModel.attempted}. */
  claim(claim: Claim): Expected {
    const record = this.#there(claim.key)
    if (record === undefined) return this.#attempt(undefined, claim, false)
    if (this.#isTombstone(record)) return { type: 'expired' }
    const [kept, sent] = [record.fingerprint, claim.fingerprint]
    if (kept !== undefined && sent !== undefined && kept !== sent) return { type: 'mismatch' }
    const mine = record.owner === claim.owner
    switch (record.settled) {
      case 'succeeded':
      case 'failed for good':
        return settled(record)
      case 'failed retryably':
        if (mine) return settled(record)
        if (claim.waitedFor !== undefined && claim.waitedFor <= record.fence) return settled(record)
        if (record.attempt >= claim.maxAttempts) return settled(record)
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
    if (this.now < record.leaseEnds) return { type: 'running', attempt: record.attempt, fence: record.fence }
    return this.#afterAbandonment(record, claim)
  }

  /** Takes note of the fence that the store gave to an attempt. */
  attempted(key: string, fence: number): void {
    const record = this.#records.get(key)
    if (record !== undefined) record.fence = fence
    this.#lastFences.set(key, fence)
  }

  extend({ key, owner, leaseMs, keepMs }: Lease): boolean {
    const record = this.#heldBy(key, owner)
    if (record === undefined) return false
    record.leaseEnds = this.now + leaseMs
    record.keptUntil = this.now + keepMs
    return true
  }

  complete(completion: Completion): boolean {
    return this.#settle(completion, (record) => {
      record.settled = 'succeeded'
      record.value = completion.value
      this.#keep(record, completion)
    })
  }

  fail(report: FailureReport): boolean {
    return this.#settle(report, (record) => {
      record.failure = report.failure
      if (report.kind === 'final') record.settled = 'failed for good'
      if (report.kind === 'retryable') record.settled = 'failed retryably'
      if (report.kind === 'abandoned') record.settled = 'reported abandoned'
      this.#keep(record, report.kind === 'final' ? report : { ...report, tombstoneMs: 0 })
    })
  }

  saveStep({ key, owner, name, value }: StepResult): boolean {
    const record = this.#heldBy(key, owner)
    if (record === undefined) return false
    if (!record.steps.has(name)) record.steps.set(name, value)
    return true
  }

  resolve(resolution: Resolution): boolean {
    const record = this.#there(resolution.key)
    if (record === undefined || this.#isTombstone(record)) return false
    if (record.settlement === JSON.stringify(resolution)) return true
    if (record.settled === 'succeeded' || record.settled === 'failed for good') return false
    if (record.settled === undefined && this.now < record.leaseEnds) return false
    record.lateOwner = record.owner
    record.owner = resolution.owner
    record.settled = 'succeeded'
    record.settlement = JSON.stringify(resolution)
    record.value = resolution.value
    record.failure = undefined
    this.#keep(record, resolution)
    return true
  }

  delete(key: string): boolean {
    const there = this.#there(key) !== undefined
    this.#records.delete(key)
    return there
  }

  get(key: string): ExpectedRecord | undefined {
    const record = this.#there(key)
    if (record === undefined || this.#isTombstone(record)) return undefined
    const { attempt, fence, owner, takeover, fingerprint, value, failure } = record
    const retryable = record.settled === 'failed retryably'
    return {
      key,
      state: this.#state(record),
      retryable,
      attempt,
      fence,
      owner,
      takeover,
      fingerprint,
      value,
      failure,
    }
  }

  steps(key: string): [string, string | undefined][] {
    const saved = [...(this.#there(key)?.steps ?? [])]
    return saved.sort(([one], [other]) => (one < other ? -1 : 1))
  }

  keys(state: RecordState | undefined): string[] {
    const shown = [...this.#records.keys()].filter((key) => {
      const record = this.get(key)
      return record !== undefined && (state === undefined || record.state === state)
    })
    return shown.sort()
  }

  /** Whether the contract leaves open what follows: an owner sends another settlement than before, or long after. */
  leavesOpen(key: string, request: { readonly owner: string }): boolean {
    const record = this.#there(key)
    if (record?.settlement === undefined || record.owner !== request.owner) return false
    return this.#isTombstone(record) || record.settlement !== JSON.stringify(request)
  }

  #settle(request: Completion | FailureReport, write: (record: ModelRecord) => void): boolean {
    const record = this.#there(request.key)
    if (record === undefined || record.owner !== request.owner) return false
    if (record.settled !== undefined) return record.settlement === JSON.stringify(request)
    record.settlement = JSON.stringify(request)
    write(record)
    return true
  }

  #afterAbandonment(record: ModelRecord, claim: Claim): Expected {
    if (claim.onAbandoned === 'reject') return abandoned(record)
    if (claim.onAbandoned === 'takeover' && record.attempt >= claim.maxAttempts) return abandoned(record)
    return this.#attempt(record, claim, true)
  }

  #attempt(before: ModelRecord | undefined, claim: Claim, takeover: boolean): Expected {
    const record: ModelRecord = {
      settled: undefined,
      owner: claim.owner,
      lateOwner: before?.owner,
      attempt: before === undefined ? 1 : before.attempt + 1,
      fence: Number.NaN,
      takeover,
      fingerprint: before?.fingerprint ?? claim.fingerprint,
      steps: before?.steps ?? new Map(),
      value: undefined,
      failure: undefined,
      settlement: undefined,
      leaseEnds: this.now + claim.leaseMs,
      keptUntil: this.now + claim.keepMs,
      buriedUntil: 0,
    }
    this.#records.set(claim.key, record)
    return { type: 'acquired', attempt: record.attempt, takeover }
  }

  #keep(record: ModelRecord, { retentionMs, tombstoneMs }: Keeping): void {
    record.keptUntil = this.now + retentionMs
    record.buriedUntil = record.keptUntil + tombstoneMs
  }

  /** The record or tombstone, unless its time is over. */
  #there(key: string): ModelRecord | undefined {
    const record = this.#records.get(key)
    if (record === undefined) return undefined
    return this.now < Math.max(record.keptUntil, record.buriedUntil) ? record : undefined
  }

  #heldBy(key: string, owner: string): ModelRecord | undefined {
    const record = this.#there(key)
    return record?.owner === owner && record.settled === undefined ? record : undefined
  }

  #isTombstone(record: ModelRecord): boolean {
    return this.now >= record.keptUntil
  }

  #state(record: ModelRecord): RecordState {
    switch (record.settled) {
      case 'succeeded':
        return 'succeeded'
      case 'failed for good':
      case 'failed retryably':
        return 'failed'
      case 'reported abandoned':
        return 'abandoned'
      case undefined:
        return this.now < record.leaseEnds ? 'running' : 'abandoned'
    }
  }
}

function acquired({ attempt, fence, takeover }: ModelRecord): Expected {
  return { type: 'acquired', attempt, fence, takeover }
}

function abandoned({ attempt, failure }: ModelRecord): Expected {
  return { type: 'abandoned', attempt, failure }
}

function settled({ settled, attempt, fingerprint, value, failure }: ModelRecord): Expected {
  const state = settled === 'succeeded' ? 'succeeded' : 'failed'
  return {
    type: 'settled',
    state,
    attempt,
    fingerprint,
    value,
    failure,
    retryable: settled === 'failed retryably',
  }
}
