import { randomUUID } from 'node:crypto'
import type { Claim } from '@idem/core'

/** A claim whose owner is never heard of again. */
export function claimOf(key: string, leaseMs: number): Claim {
  return {
    key,
    owner: randomUUID(),
    leaseMs,
    keepMs: 600_000,
    maxAttempts: Infinity,
    onAbandoned: 'takeover',
  }
}
