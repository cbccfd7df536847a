import type { RecordState } from '@idem/core'

/** How an attempt can have ended. */
export type Settled = 'succeeded' | 'failed for good' | 'failed retryably' | 'reported abandoned'

/** A record as the contract speaks of it. Times are the model's. */
export interface ModelRecord {
  settled: Settled | undefined
  owner: string
  /** Who held the record before. */
  lateOwner: string | undefined
  attempt: number
  fence: number
  takeover: boolean
  fingerprint: string | undefined
  steps: Map<string, string | undefined>
  value: string | undefined
  failure: string | undefined
  /** That of the attempt before, which comes back if this one is given back. */
  failureBefore: string | undefined
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

export function acquired({ attempt, fence, takeover }: ModelRecord): Expected {
  return { type: 'acquired', attempt, fence, takeover }
}

export function running({ attempt, fence }: ModelRecord): Expected {
  return { type: 'running', attempt, fence }
}

export function abandoned({ attempt, failure }: ModelRecord): Expected {
  return { type: 'abandoned', attempt, failure }
}

export function answered({ settled, attempt, fingerprint, value, failure }: ModelRecord): Expected {
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

export function stateOf(record: ModelRecord, now: number): RecordState {
  switch (record.settled) {
    case 'succeeded':
      return 'succeeded'
    case 'failed for good':
    case 'failed retryably':
      return 'failed'
    case 'reported abandoned':
      return 'abandoned'
    case undefined:
      return now < record.leaseEnds ? 'running' : 'abandoned'
  }
}
