import type { Settings } from '../options/settings'

/** Where an abandoned attempt must not simply run again, the evidence of it is kept until somebody decides. */
export function keepMs({ onAbandoned, retentionMs }: Settings): number {
  return onAbandoned === 'rerun' ? retentionMs : Number.POSITIVE_INFINITY
}
