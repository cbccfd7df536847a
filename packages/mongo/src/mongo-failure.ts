import { StoreError } from '@idem/core'
import type { MongoBulkWriteError } from 'mongodb'

const TOO_LARGE = 10334

/** What to do about what the server says, by its code. */
const ADVICE: readonly (readonly [codes: readonly number[], advice: string])[] = [
  [[20], 'transactions need a replica set, if only of one server, or a sharded cluster'],
  [[64], 'a majority of the replica set did not have it within wtimeoutMs; it may have taken effect'],
  [[79, 100], 'the replica set has no majority that could acknowledge writes'],
  [[10107, 13435, 13436, 189, 11602], 'this server is not the primary, or no longer'],
  [[91, 11600], 'the server is being shut down'],
  [[50], 'it took longer than its time limit: an open transaction may have written the same record'],
  [[13], 'grant its user the role readWrite on the database'],
  [[18, 8000], 'the server does not let this user in'],
  [[TOO_LARGE, 17280, 17419, 17420], 'a document can have 16 MB: keep less'],
  [[85, 86], 'there is another index of that name, or on that field: drop it'],
  [[61], 'shard the collection by its _id, hashed'],
  [[14031], 'the disk of the server is full'],
]

/** How deep to look for the driver's error in what a caller made of it. */
const DEEPEST = 5

function* causes(error: unknown): Generator<Error> {
  let cause = error
  for (let depth = 0; cause instanceof Error && depth < DEEPEST; depth++) {
    yield cause
    // The driver has a name of its own for what it has translated.
    cause = cause.cause ?? (cause as { readonly originalError?: unknown }).originalError
  }
}

/** The code that the server gave, if it is the server who speaks: not the driver, nor the network. */
export function serverCode(error: unknown): number | undefined {
  for (const cause of causes(error)) {
    const { code } = cause as { readonly code?: unknown }
    if (typeof code === 'number' && typeof labelsOf(cause) === 'function') return code
  }
  return undefined
}

/** Whether the driver or the server say so of an error: see the drivers' documentation of error labels. */
export function isLabelled(error: unknown, label: string): boolean {
  for (const cause of causes(error)) {
    const hasErrorLabel = labelsOf(cause)
    if (typeof hasErrorLabel === 'function' && hasErrorLabel.call(cause, label) === true) return true
  }
  return false
}

function labelsOf(error: Error): unknown {
  return (error as { readonly hasErrorLabel?: unknown }).hasErrorLabel
}

/** Whether somebody else has inserted a document of this key meanwhile. */
export function isDuplicate(error: unknown): boolean {
  return serverCode(error) === 11000
}

/** Whether a transaction that is still open has written the document. */
export function isConflict(error: unknown): boolean {
  return serverCode(error) === 112
}

/** Whether it took longer than its `maxTimeMS`, and has had no effect. */
export function tookTooLong(error: unknown): boolean {
  return serverCode(error) === 50
}

/** A failure of the driver or the server as what the contract says it becomes; what it was is its `cause`. */
export function mongoFailure(call: string, cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause
  const said = cause instanceof Error ? cause.message : String(cause)
  return described(call, said, isTooLarge(cause) ? TOO_LARGE : serverCode(cause), cause)
}

/** What the driver says of a document that does not fit its buffer, which is as large as a document may be. */
function isTooLarge(error: unknown): boolean {
  return error instanceof RangeError && (error as { readonly code?: unknown }).code === 'ERR_OUT_OF_RANGE'
}

/**
 * Of a command that wrote some of its documents and others not: why not, by their places. `undefined` if of none is known
 * what became of it.
 */
export function writeFailures(call: string, error: unknown): Map<number, StoreError> | undefined {
  const { writeErrors, result } = error as Partial<MongoBulkWriteError>
  if (!Array.isArray(writeErrors) || writeErrors.length === 0) return undefined
  if (result?.getWriteConcernError() !== undefined) return undefined
  return new Map(
    writeErrors.map(({ index, errmsg = '', code, err }) => [index, described(call, errmsg, code, err)]),
  )
}

function described(call: string, said: string, code: number | undefined, cause: unknown): StoreError {
  const advice = code !== undefined && ADVICE.find(([codes]) => codes.includes(code))?.[1]
  return new StoreError(`MongoDB failed to ${call}: ${said}${advice ? ` (${advice})` : ''}`, { cause })
}
