import type { Keeping } from '@idem/core'
import { NOW } from './expressions'

/** The last moment that every driver can tell: stands for never. */
const NEVER = new Date(Date.UTC(9999, 11, 31, 23, 59, 59, 999))

/** So long after any day of this century there are no dates any more: it means for ever. */
const FOREVER_MS = 250_000_000_000_000

/** The end of a duration that begins now on the server's clock: whole milliseconds, at least 1. */
export function after(ms: number): unknown {
  return ms >= FOREVER_MS ? NEVER : { $add: [NOW, wholeMs(ms)] }
}

/** The end of a duration that began at a moment of the server's clock. */
export function afterDate(date: Date, ms: number): Date {
  return ms >= FOREVER_MS ? NEVER : new Date(date.getTime() + wholeMs(ms))
}

/** When a settled record stops being replayed, and when nothing of it is left. */
export function keepingEnds({ retentionMs, tombstoneMs }: Keeping): { expiresAt: unknown; goneAt: unknown } {
  const expiresAt = after(retentionMs)
  if (!(tombstoneMs > 0)) return { expiresAt, goneAt: expiresAt }
  const forever = retentionMs >= FOREVER_MS || tombstoneMs >= FOREVER_MS
  return { expiresAt, goneAt: after(forever ? Infinity : wholeMs(retentionMs) + wholeMs(tombstoneMs)) }
}

/** A moment as the contract has it: milliseconds since the epoch, or `Infinity` for never. */
export function moment(date: Date): number {
  return date >= NEVER ? Number.POSITIVE_INFINITY : date.getTime()
}

/** What is left until a moment. */
export function left(date: Date, now: Date): number {
  return Math.max(0, moment(date) - now.getTime())
}

function wholeMs(ms: number): number {
  return Math.max(1, Math.ceil(ms))
}
