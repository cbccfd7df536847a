import { createHash, randomUUID } from 'node:crypto'
import type { Store } from '@idem/core'
import { ANSWER_TEXT } from '../work/answer'
import { RETENTION_MS } from '../work/retention'
import { terms } from '../work/store-alone'

/** A store that can be given many records fast, and in which a few more can be tried and taken back. */
export interface GrownStore {
  readonly store: Store
  /** Makes finished records of the {@link grownKey}s from one number up to, not including, another. */
  fill(from: number, to: number, filling: Filling): Promise<void>
  /** Makes it ready to be measured: nothing of the filling is left to be done. */
  settle(): Promise<void>
  /** Removes records as if they had never been there. */
  forget(keys: readonly string[]): Promise<void>
  /** Bytes that all records take now, and bytes that are left for more; the latter, if that can be known. */
  space(): Promise<{ readonly taken: number; readonly free: number | undefined }>
}

export interface Filling {
  readonly signal: AbortSignal
  /** How many there are by now. */
  filled(records: number): void
}

/** Keys in no order, as keys are: neighbours in number are anywhere in an index. */
export function grownKey(mark: string, number: number): string {
  return hashedKey(mark, String(number))
}

/** A key that no record has, anywhere among those that there are. */
export function freshKey(mark: string): string {
  return hashedKey(mark, randomUUID())
}

function hashedKey(mark: string, text: string): string {
  return `${keyPrefix(mark)}${createHash('md5').update(text).digest('hex').slice(0, HASH_LENGTH)}`
}

export const keyPrefix = (mark: string): string => `idem:::${mark}-`

/** 84 bits: ten million of them do not meet. */
export const HASH_LENGTH = 21

/** Makes one finished record as the engine would, with a fingerprint. */
export async function settleOne(store: Store, key: string): Promise<void> {
  const owner = randomUUID()
  const fingerprint = createHash('md5').update(key).digest('base64url').padEnd(24, '-')
  await store.claim({ key, owner, fingerprint, ...terms })
  await store.complete({ key, owner, value: ANSWER_TEXT, retentionMs: RETENTION_MS, tombstoneMs: 0 })
}
