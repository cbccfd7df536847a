import type { Claim, FailureReport, RecordState } from '@idem/core'

/** A call in a random sequence, with names in place of keys and tokens. */
export type Operation =
  | ClaimOperation
  | { readonly call: 'release'; readonly who: Who }
  | { readonly call: 'extend'; readonly who: Who; readonly leaseMs: number; readonly keepMs: number }
  | (Ends & { readonly call: 'complete'; readonly who: Who; readonly value: string | undefined })
  | (Ends & { readonly call: 'fail'; readonly who: Who; readonly kind: FailureReport['kind'] })
  | {
      readonly call: 'saveStep'
      readonly who: Who
      readonly name: string
      readonly value: string | undefined
    }
  | (Ends & { readonly call: 'resolve'; readonly who: Who; readonly value: string | undefined })
  /** The last call that writes, sent once more as it was. */
  | { readonly call: 'again' }
  | { readonly call: 'get' | 'delete'; readonly key: string }
  | { readonly call: 'list'; readonly state: RecordState | undefined; readonly limit: number }
  | { readonly call: 'advance'; readonly ms: number }

export interface ClaimOperation extends Pick<Claim, 'leaseMs' | 'keepMs' | 'maxAttempts' | 'onAbandoned'> {
  readonly call: 'claim'
  readonly who: Who
  readonly fingerprint: string | undefined
  /** Which fence the claimant waited for: that of the last attempt, or one before or after it. */
  readonly waitedFor: 'nothing' | 'earlier' | 'this' | 'later'
}

/** Who calls about which key. */
export interface Who {
  readonly key: string
  /** The owner of the record, the owner before that one, or somebody who was never seen. */
  readonly owner: 'owner' | 'late' | 'stranger'
}

interface Ends {
  readonly retentionMs: number
  readonly tombstoneMs: number
}
