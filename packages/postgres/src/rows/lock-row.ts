import { LockNotAcquiredError } from '@idem/core'
import type { PostgresClient } from '../options'
import { isLocked } from '../postgres-failure'
import { Bound, condition, type Row, type Table, tableName } from './conditions'

/** What to do about a row that somebody else has locked. */
export interface LockRowOptions {
  /** Throw `LockNotAcquiredError`, which ends the transaction, instead of waiting. @defaultValue false */
  readonly nowait?: boolean | undefined
  /** Pass it over, as if it were not there, instead of waiting. @defaultValue false */
  readonly skipLocked?: boolean | undefined
}

/**
 * Locks a row until the transaction ends, and gives it as it is then: nobody else changes it meanwhile. `where` should name
 * it by its key; of several rows all are locked and the first is given, and without an index the server looks at all.
 *
 * Names are quoted and values are bound: nothing in them is taken for SQL.
 *
 * @param tx a client in a transaction: outside of one the lock ends with the statement
 * @returns the row, or `undefined` if there is none, or it was passed over
 * @throws LockNotAcquiredError if it is locked and `nowait` is asked for
 * @throws TypeError if there is no condition, a value is undefined, `tx` is a pool, or both options are asked for
 * @throws what the driver throws
 * @example
 * const account = await lockRow<Account>(tx, 'accounts', { id })
 */
export async function lockRow<Found = Record<string, unknown>>(
  tx: PostgresClient,
  table: Table,
  where: Row,
  { nowait = false, skipLocked = false }: LockRowOptions = {},
): Promise<Found | undefined> {
  if ('totalCount' in tx)
    throw new TypeError('tx must be a client in a transaction, not a Pool: the lock would end at once')
  if (nowait && skipLocked) throw new TypeError('nowait and skipLocked exclude each other')
  const name = tableName(table)
  const bound = new Bound()
  const otherwise = nowait ? ' NOWAIT' : skipLocked ? ' SKIP LOCKED' : ''
  const text = `SELECT * FROM ${name} WHERE ${condition(where, bound)} FOR UPDATE${otherwise}`
  try {
    const { rows } = await tx.query(text, bound.values)
    return rows[0] as Found | undefined
  } catch (error) {
    if (!nowait || !isLocked(error)) throw error
    throw new LockNotAcquiredError(`a row of ${name} is locked by somebody else`, { cause: error })
  }
}
