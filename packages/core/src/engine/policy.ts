import type { Settings } from '../options/settings'

/**
 * How long an unsettled record is kept after the last sign of life: well beyond its lease, however short the retention,
 * for a record that is gone while its attempt runs would let another begin beside it. And where an abandoned attempt must
 * not simply run again, the evidence of it is kept until somebody decides.
 */
export function keepMs({ onAbandoned, leaseMs, retentionMs }: Settings): number {
  return onAbandoned === 'rerun' ? Math.max(retentionMs, 2 * leaseMs) : Number.POSITIVE_INFINITY
}
