import type { Claim, Completion } from '@idem/core'

export function claimOf(key: string, claim: Partial<Claim> = {}): Claim {
  return {
    ...{ key, owner: crypto.randomUUID(), leaseMs: 60_000, keepMs: 60_000, maxAttempts: Infinity },
    onAbandoned: 'takeover',
    ...claim,
  }
}

/** What settles the record of a claim as succeeded. */
export function completionOf({ key, owner }: Claim, completion: Partial<Completion> = {}): Completion {
  return { key, owner, value: 'value', retentionMs: 60_000, tombstoneMs: 0, ...completion }
}
