import type { ClientSession, Collection, Document, Filter, UpdateFilter, WithId } from 'mongodb'
import { assignments, condition, type Fields } from './conditions'

/** What was to be so, and what is to become of it. */
export interface Change {
  /** Fields and their values, all of which must be so; `null` is null, or no such field. */
  readonly where: Fields
  /** Fields and their new values. */
  readonly set: Fields
}

/** Whether the document was as it had to be, and then what has become of it. */
export type Compared<Found> =
  | { readonly won: true; readonly document: Found }
  | { readonly won: false; readonly document: undefined }

/**
 * Changes a document if it is as it should be, in one step: the state machine (`where: { _id, status: 'new' }`) and the
 * optimistic lock (`where: { _id, version }, set: { version: version + 1, … }`). Of any number that try at once on the same
 * state one wins. Of several documents that fit, one is changed: let `where` name one by its key.
 *
 * Values are compared and set as they are: nothing in them is taken for an operator, and what looks like one is refused.
 *
 * @param tx a session, in a transaction or not; or `undefined`: it is one command
 * @throws TypeError if there is no condition, nothing to set, a value is undefined, or has an operator in it
 * @throws what the driver throws; in a transaction of `Idem`, let it through: a conflict repeats the transaction
 * @example
 * const { won } = await compareAndSet(tx, orders, { where: { _id, status: 'new' }, set: { status: 'paid' } })
 */
export async function compareAndSet<Found extends Document>(
  tx: ClientSession | undefined,
  collection: Collection<Found>,
  { where, set }: Change,
): Promise<Compared<WithId<Found>>> {
  const document = await collection.findOneAndUpdate(
    condition(where) as Filter<Found>,
    assignments(set) as unknown as UpdateFilter<Found>,
    { returnDocument: 'after', includeResultMetadata: false, ...(tx !== undefined && { session: tx }) },
  )
  return document === null ? { won: false, document: undefined } : { won: true, document }
}
