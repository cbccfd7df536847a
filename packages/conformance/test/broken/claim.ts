import type { BrokenStore } from './broken-store'

const file = 'packages/core/src/record/claim.ts'
const MISMATCH = 'if (differ(record.fingerprint, claim.fingerprint))'
const AGAIN = 'leaseUntil: now + claim.leaseMs, expiresAt, goneAt: expiresAt }'
const REFUSED = "claim.onAbandoned === 'reject' || (claim.onAbandoned === 'takeover' && exhausted)"
const AWAITED = 'claim.waitedFor !== undefined && record.fence >= claim.waitedFor'

/** Stores that decide a claim wrongly. */
export const brokenClaims: readonly BrokenStore[] = [
  {
    name: 'takes over a live lease',
    find: 'if (isLive(record, now)) return',
    replace: 'if (false) return',
  },
  {
    name: 'renews the lease of a record when a stranger asks for it',
    find: 'return { outcome: running(record, now) }',
    replace: 'return { outcome: running(record, now), next: { ...record, leaseUntil: now + claim.leaseMs } }',
  },
  { name: 'ignores fingerprints', find: MISMATCH, replace: 'if (false)' },
  {
    name: 'compares fingerprints only once the attempt has ended',
    find: MISMATCH,
    replace: "if (record.state !== 'running' && differ(record.fingerprint, claim.fingerprint))",
  },
  {
    name: 'compares fingerprints only while the attempt runs',
    find: MISMATCH,
    replace: "if (record.state === 'running' && differ(record.fingerprint, claim.fingerprint))",
  },
  {
    name: 'compares a fingerprint with none',
    find: 'one !== undefined && other !== undefined && one !== other',
    replace: 'one !== other',
  },
  {
    name: 'compares fingerprints before it looks for a tombstone',
    find: "if (now >= record.expiresAt) return { outcome: { type: 'expired' } }\n",
    replace:
      "if (differ(record.fingerprint, claim.fingerprint)) return { outcome: { type: 'mismatch' } }\n" +
      "if (now >= record.expiresAt) return { outcome: { type: 'expired' } }\n",
  },
  {
    name: 'forgets the fingerprint with the next attempt',
    find: 'previous?.fingerprint ?? claim.fingerprint',
    replace: 'claim.fingerprint',
  },
  {
    name: 'replays beyond retention, as long as there is a tombstone',
    find: 'if (now >= record.expiresAt)',
    replace: 'if (false)',
  },
  {
    name: 'refuses a claim sent again while its lease lasts',
    find: 'if (own) return acquireAgain',
    replace: 'if (own && !isLive(record, now)) return acquireAgain',
  },
  {
    name: 'starts another attempt for a claim sent again after its lease',
    find: 'if (own) return acquireAgain',
    replace: 'if (own && isLive(record, now)) return acquireAgain',
  },
  { name: 'renews no lease for a claim sent again', find: AGAIN, replace: 'expiresAt, goneAt: expiresAt }' },
  {
    name: 'renews no keeping for a claim sent again',
    find: AGAIN,
    replace: 'leaseUntil: now + claim.leaseMs }',
  },
  {
    name: 'forgets the takeover when the claim is sent again',
    find: AGAIN,
    replace: AGAIN.replace(' }', ', takeover: false }'),
  },
  {
    name: 'gives a greater fence to a claim sent again',
    find: AGAIN,
    replace: AGAIN.replace(' }', ', fence: record.fence + 1 }'),
  },
  {
    name: 'starts another attempt for a late claim of the attempt that failed',
    find: 'if (own || awaited || exhausted)',
    replace: 'if (awaited || exhausted)',
  },
  {
    name: 'starts another attempt for a late claim of the attempt that was reported abandoned',
    find: 'if (own || refused)',
    replace: 'if (refused)',
  },
  { name: 'ignores which attempt the claimant waited for', find: AWAITED, replace: 'false' },
  {
    name: 'shares a failure only with those that waited for that very attempt',
    find: AWAITED,
    replace: 'record.fence === claim.waitedFor',
  },
  {
    name: 'shares a failure with those that waited for a later attempt',
    find: AWAITED,
    replace: 'claim.waitedFor !== undefined',
  },
  {
    name: 'ignores `maxAttempts` after failures',
    find: 'if (own || awaited || exhausted)',
    replace: 'if (own || awaited)',
  },
  {
    name: 'ignores `maxAttempts` after abandonments',
    find: REFUSED,
    replace: "claim.onAbandoned === 'reject'",
  },
  {
    name: 'allows one attempt more than `maxAttempts`',
    find: 'record.attempt >= claim.maxAttempts',
    replace: 'record.attempt > claim.maxAttempts',
  },
  {
    name: 'holds `reconcile` to `maxAttempts`',
    find: REFUSED,
    replace: "claim.onAbandoned === 'reject' || exhausted",
  },
  {
    name: 'takes over though the claim says `reject`',
    find: REFUSED,
    replace: "claim.onAbandoned === 'takeover' && exhausted",
  },
  {
    name: 'loses the takeover flag',
    find: 'nextFence(record.fence), true)',
    replace: 'nextFence(record.fence), false)',
  },
  {
    name: 'calls the attempt after a failure a takeover',
    find: 'nextFence(record.fence), false)',
    replace: 'nextFence(record.fence), true)',
  },
  {
    name: 'does not count attempts',
    find: 'attempt: (previous?.attempt ?? 0) + 1',
    replace: 'attempt: 1',
  },
  {
    name: 'loses the steps when an attempt is taken over',
    find: 'steps: previous?.steps ?? []',
    replace: 'steps: (takeover ? undefined : previous?.steps) ?? []',
  },
  {
    name: 'loses the steps when a failed attempt is tried again',
    find: 'steps: previous?.steps ?? []',
    replace: 'steps: (takeover ? previous?.steps : undefined) ?? []',
  },
  {
    name: 'forgets when the record was made',
    find: 'createdAt: previous?.createdAt ?? now',
    replace: 'createdAt: now',
  },
  {
    name: 'gives the failure of an earlier attempt for that of a lapsed one',
    find: 'attempt: record.attempt, failure: failureOf(record) }',
    replace: 'attempt: record.attempt, failure: record.failure }',
  },
  {
    name: 'lets a running record expire with its lease',
    find: 'const expiresAt = after(now, claim.keepMs)\n  const next: RecordData',
    replace: 'const expiresAt = after(now, claim.leaseMs)\n  const next: RecordData',
  },
  {
    name: 'keeps a running record for ever',
    find: 'const expiresAt = after(now, claim.keepMs)\n  const next: RecordData',
    replace: 'const expiresAt = after(now, Number.POSITIVE_INFINITY)\n  const next: RecordData',
  },
].map((broken) => ({ ...broken, file }))
