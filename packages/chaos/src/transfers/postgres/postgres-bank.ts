import { withPool } from '../../targets/postgres/with-pool'
import type { Bank } from '../bank'
import { ACCOUNTS, OPENING_BALANCE } from '../transfer'

/** Tables in a schema of the bank's name, where the records are kept, too: tellers make what these need. */
export const postgresBank: Bank = {
  worker: new URL('postgres-transfer-worker.ts', import.meta.url),
  isCommit,

  open: (url, name) =>
    withPool(url, async (pool) => {
      await pool.query(`
        CREATE SCHEMA ${name};
        CREATE TABLE ${name}.accounts (id integer PRIMARY KEY, balance integer NOT NULL);
        CREATE TABLE ${name}.ledger (
          entry integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
          transfer text NOT NULL, debited integer NOT NULL, credited integer NOT NULL, amount integer NOT NULL
        );
        INSERT INTO ${name}.accounts SELECT id, ${OPENING_BALANCE} FROM generate_series(1, ${ACCOUNTS}) AS id
      `)
    }),

  read: (url, name) =>
    withPool(url, async (pool) => {
      const accounts = await pool.query(`SELECT id, balance FROM ${name}.accounts ORDER BY id`)
      const ledger = await pool.query(
        `SELECT entry::text, transfer, debited AS "from", credited AS "to", amount FROM ${name}.ledger
         ORDER BY ledger.entry`,
      )
      return { accounts: accounts.rows, ledger: ledger.rows }
    }),
}

/**
 * As the protocol has it: `Q`, the length, the statement and its end, and nothing beside it; or, with other statements in one
 * request, the text of one that is to be parsed.
 */
function isCommit(request: Buffer): boolean {
  const isAlone = request.length === 12 && request.toString('latin1', 0, 1) === 'Q'
  return isAlone ? request.includes('COMMIT\0') : request.includes('\0COMMIT\0')
}
