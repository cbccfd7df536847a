import { randomBytes } from 'node:crypto'
import type { Claim, Completion, FailureReport } from '@idem/core'

export const token = (): string => randomBytes(12).toString('base64url')

/** A fingerprint as the engine makes them: 144 bits. */
export const fingerprintOf = (payload: string): string =>
  Buffer.from(payload.padEnd(18).slice(0, 18)).toString('base64url')

export const aClaim = (key: string, asked: Partial<Claim> = {}): Claim => ({
  key,
  owner: token(),
  leaseMs: 30_000,
  keepMs: 3_600_000,
  maxAttempts: Infinity,
  onAbandoned: 'takeover',
  ...asked,
})

const KEEPING = { retentionMs: 3_600_000, tombstoneMs: 0 }

export const aCompletion = (
  { key, owner }: Pick<Claim, 'key' | 'owner'>,
  asked: Partial<Completion> = {},
): Completion => ({ key, owner, value: '"done"', ...KEEPING, ...asked })

export const aFailure = (
  { key, owner }: Pick<Claim, 'key' | 'owner'>,
  asked: Partial<FailureReport> = {},
): FailureReport => ({ key, owner, kind: 'retryable', failure: '{"name":"Error"}', ...KEEPING, ...asked })
