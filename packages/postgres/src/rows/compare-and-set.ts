import type { PostgresClient } from '../options'
import { assignments, Bound, condition, type Row, type Table, tableName } from './conditions'

/** What was to be so, and what is to become of it. */
export interface Change {
  /** Columns and their values, all of which must be so; `null` is NULL. */
  readonly where: Row
  /** Columns and their new values. */
  readonly set: Row
}

/** Whether the row was as it had to be, and then what has become of it. */
export type Compared<Found> =
  | { readonly won: true; readonly row: Found }
  | { readonly won: false; readonly row: undefined }

/**
 * Changes a row if it is as it should be, in one step: the state machine (`where: { id, status: 'new' }`) and the optimistic
 * lock (`where: { id, version }, set: { version: version + 1, … }`). Of any number that try at once on the same state one wins.
 *
 * Names are quoted and values are bound: nothing in them is taken for SQL.
 *
 * @param tx a client in a transaction, or any client: it is one statement
 * @throws TypeError if there is no condition, nothing to set, or a value is undefined
 * @throws RangeError if `where` names several rows. They were changed: roll the transaction back
 * @throws what the driver throws
 * @example
 * const { won } = await compareAndSet(tx, 'orders', { where: { id, status: 'new' }, set: { status: 'paid' } })
 */
export async function compareAndSet<Found = Record<string, unknown>>(
  tx: PostgresClient,
  table: Table,
  { where, set }: Change,
): Promise<Compared<Found>> {
  const name = tableName(table)
  const bound = new Bound()
  const changes = assignments(set, bound)
  const { rows } = await tx.query(
    `UPDATE ${name} SET ${changes} WHERE ${condition(where, bound)} RETURNING *`,
    bound.values,
  )
  const [row] = rows
  if (rows.length > 1)
    throw new RangeError(`where must name one row by its key; ${rows.length} of ${name} were changed`)
  return row === undefined ? { won: false, row: undefined } : { won: true, row: row as Found }
}
