import type { Collection } from 'mongodb'
import { told } from './connection'

/** How long something is left of a document once it is of no use, for the sake of its fence. */
export interface Upkeep {
  readonly field: string
  readonly keptSeconds: number
}

/**
 * Of a record a minute: so long the fences of a key grow although the clock of the next primary is behind, or two attempts
 * come in the same millisecond.
 */
export const RECORD_UPKEEP: Upkeep = { field: 'goneAt', keptSeconds: 60 }

/** Of a lock an hour. */
export const LOCK_UPKEEP: Upkeep = { field: 'heldUntil', keptSeconds: 3600 }

/** Lets the server remove what is of no use. Any number of processes may do so at once. @throws StoreError */
export async function migrate<Kept extends { _id: string }>(
  collection: Collection<Kept>,
  { field, keptSeconds }: Upkeep,
): Promise<void> {
  const index = { key: { [field]: 1 }, name: `idem_${field}`, expireAfterSeconds: keptSeconds } as const
  await told('migrate', () => collection.createIndexes([index]))
}
