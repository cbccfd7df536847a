import type { Keeping } from '@idem/core'

/** So long after any day of this century is later than a `Date` can tell, and means for ever. */
const FOREVER_MS = 8_635_000_000_000_000

/** Stands for never in the database: the last instant that a `Date` can tell. */
const NEVER = 8_640_000_000_000_000

/** A duration as the functions take it: whole milliseconds, at least 1, and `null` for ever. */
export function duration(ms: number): number | null {
  return ms >= FOREVER_MS ? null : Math.max(1, Math.ceil(ms))
}

/** How long a settled record is kept: first with its answer, then without. */
export function keepingTimes({ retentionMs, tombstoneMs }: Keeping): [number | null, number | null] {
  return [duration(retentionMs), tombstoneMs > 0 ? duration(tombstoneMs) : 0]
}

/** What is left, as the functions tell it. */
export function left(ms: unknown): number {
  return ms === null ? Number.POSITIVE_INFINITY : Number(ms)
}

/** A moment in milliseconds since the epoch, as columns have it. */
export function moment(ms: unknown): number {
  const number = Number(ms)
  return number >= NEVER ? Number.POSITIVE_INFINITY : number
}
