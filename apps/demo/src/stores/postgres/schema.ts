import { PostgresLockStore, PostgresStore } from '@idem/postgres'
import type { Pool } from 'pg'

/** Holds all that the demo keeps: a database that others use as well stays tidy. */
export const SCHEMA = 'demo'

/**
 * A row is a payment that was made. Its keys say once more that a token pays once, and that a charge pays for one order:
 * whatever becomes of the records, and whoever else writes here.
 */
const PAYMENTS = `
CREATE TABLE IF NOT EXISTS ${SCHEMA}.payments (
  token text PRIMARY KEY,
  order_id text NOT NULL UNIQUE,
  charge_id text NOT NULL UNIQUE,
  amount numeric(15, 2) NOT NULL CHECK (amount > 0),
  user_id text NOT NULL,
  description text NOT NULL,
  paid_at timestamptz NOT NULL DEFAULT clock_timestamp()
)`

/**
 * The rows of all tables of the shop. Ids are ordered by their bytes. `json` keeps a row as it was written; `jsonb` refuses
 * some texts that JSON may have.
 */
const ROWS = `
CREATE TABLE IF NOT EXISTS ${SCHEMA}.rows (
  kind text,
  id text COLLATE "C",
  version bigint NOT NULL,
  row json NOT NULL,
  PRIMARY KEY (kind, id)
)`

/** Makes what is not there yet, however many demos start on one database at once. */
export async function prepare(pool: Pool): Promise<void> {
  await new PostgresStore(pool, { schema: SCHEMA }).migrate()
  await new PostgresLockStore(pool, { schema: SCHEMA }).migrate()
  // IF NOT EXISTS looks before it creates, and two may look at the same time. One transaction, which the lock is held for.
  await pool.query(
    `SELECT pg_advisory_xact_lock(hashtextextended('${SCHEMA}.payments', 0)); ${PAYMENTS}; ${ROWS}`,
  )
}
