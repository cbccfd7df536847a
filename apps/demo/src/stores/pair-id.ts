import { createHash } from 'node:crypto'

/**
 * The id of a row that belongs to two names, however long: those of one first name lie side by side, and no two pairs
 * have the same.
 */
export function pairId(one: string, other: string): string {
  return pairPrefix(one) + createHash('sha256').update(other).digest('hex')
}

/** How the ids of all pairs begin that have this first name. */
export function pairPrefix(one: string): string {
  return JSON.stringify(one)
}
