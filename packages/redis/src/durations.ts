import type { Keeping } from '@idem/core'

/** So long after any day of this century is later than a `Date` can tell, and means for ever. */
const FOREVER_MS = 8_635_000_000_000_000

/** A duration as the scripts take it: whole milliseconds, at least 1, and nothing for ever. */
export function duration(ms: number): string {
  return ms >= FOREVER_MS ? '' : String(Math.max(1, Math.ceil(ms)))
}

/** How long a settled key lives in all. */
export function keyTtl({ retentionMs, tombstoneMs }: Keeping): string {
  return duration(retentionMs + tombstoneMs)
}

/** How long the answer is kept, where something remains after it. */
export function retentionBeforeTombstone({ retentionMs, tombstoneMs }: Keeping): string {
  return tombstoneMs > 0 ? duration(retentionMs) : ''
}
