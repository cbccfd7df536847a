import type { Claim, Store } from '@idem/core'
import { BRIEF_MS, stories } from './stories'

/** A store whose clock goes as it is told. */
export interface Telling {
  readonly store: Store
  advance(ms: number): Promise<void>
  now(): Promise<number>
}

/** In these, what took place at about the same time is the same. */
export const COARSE_MS = 300_000

const HOUR_MS = 3_600_000

/**
 * Lets the story that a key ends with happen to it, to all keys at the same time.
 *
 * @returns the fences of attempts that somebody has waited for
 */
export async function tell(
  { store, advance }: Telling,
  keys: readonly string[],
): Promise<Map<string, number>> {
  const fences = new Map<string, number>()
  const happening = keys.map(async (key) => {
    const fence = await stories[key.split(':').at(-1) as string]?.({ store }, key)
    if (typeof fence === 'number') fences.set(key, fence)
  })
  await Promise.all(happening)
  await advance(2 * BRIEF_MS)
  return fences
}

/** What claims may ask for beside. */
export const policies: readonly Partial<Claim>[] = [
  { fingerprint: 'one' },
  { maxAttempts: 1, leaseMs: HOUR_MS, keepMs: HOUR_MS },
  { onAbandoned: 'reject', fingerprint: 'other' },
  { onAbandoned: 'reconcile', maxAttempts: 1, leaseMs: Number.POSITIVE_INFINITY },
]

/** An answer without what is random, or differs with the moment. */
export const plain = (reply: unknown): unknown => {
  if (typeof reply !== 'object' || reply === null) return reply
  const { fence: _, leaseMs, retentionMs, ...rest } = reply as Record<string, unknown>
  const coarse = (ms: unknown) => (ms === undefined ? ms : Math.round(Number(ms) / COARSE_MS) + 0)
  return { ...rest, leaseMs: coarse(leaseMs), retentionMs: coarse(retentionMs) }
}

/** A record without what is random, or differs with the moment. */
export async function shown({ store, now }: Telling, key: string): Promise<unknown> {
  const record = await store.get(key)
  if (record === undefined) return undefined
  const { key: _, owner, fence, leaseMs, createdAt, updatedAt, expiresAt, leaseUntil = 0, ...rest } = record
  const at = await now()
  const times = [createdAt, updatedAt, expiresAt, leaseUntil].map(
    (time) => Math.round((time - at) / COARSE_MS) + 0,
  )
  return {
    ...rest,
    times,
    hasLease: leaseMs !== undefined,
    owner: owner.slice(-5),
    isOfItsTime: fence / 1000 <= at + COARSE_MS,
  }
}
