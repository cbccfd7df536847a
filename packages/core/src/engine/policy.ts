import type { Settings } from '../options/settings'

/** What an attempt may be found to be, and how long its evidence is kept, by the policy for abandoned ones. */
export function claimPolicy({ leaseMs, maxAttempts, onAbandoned, retentionMs }: Settings) {
  return {
    leaseMs,
    maxAttempts,
    keepMs: keepMs({ onAbandoned, retentionMs }),
    onAbandoned: typeof onAbandoned === 'function' ? 'reconcile' : onAbandoned === 'rerun' ? 'takeover' : 'reject',
  } as const
}

/** Where an abandoned attempt must not simply run again, the evidence of it is kept until somebody decides. */
export function keepMs({ onAbandoned, retentionMs }: Pick<Settings, 'onAbandoned' | 'retentionMs'>): number {
  return onAbandoned === 'rerun' ? retentionMs : Number.POSITIVE_INFINITY
}
