import { PostgresStore } from '@idem/postgres'
import { openPool } from '../targets/postgres/open-pool'
import { ACCOUNTS, OPENING_BALANCE } from './transfer'

/** What the bank has when all is over. */
export interface Books {
  readonly accounts: readonly { readonly id: number; readonly balance: number }[]
  readonly ledger: readonly Entry[]
}

export interface Entry {
  readonly entry: number
  readonly transfer: string
  readonly from: number
  readonly to: number
  readonly amount: number
}

/** Each run has a bank of its own, also where it shares a server with those before it. */
export const bankOf = (origin: string): string => `bank_${origin}`

/**
 * Opens the accounts. The ledger has no constraint on the transfer: one that is applied twice is to be seen, rather than
 * be prevented by somebody other than idem.
 */
export async function openBooks(url: string, bank: string): Promise<void> {
  const pool = openPool(url)
  try {
    await new PostgresStore(pool, { schema: bank }).migrate()
    await pool.query(`
      CREATE TABLE ${bank}.accounts (id integer PRIMARY KEY, balance integer NOT NULL);
      CREATE TABLE ${bank}.ledger (
        entry integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        transfer text NOT NULL, debited integer NOT NULL, credited integer NOT NULL, amount integer NOT NULL
      );
      INSERT INTO ${bank}.accounts SELECT id, ${OPENING_BALANCE} FROM generate_series(1, ${ACCOUNTS}) AS id
    `)
  } finally {
    await pool.end()
  }
}

export async function readBooks(url: string, bank: string): Promise<Books> {
  const pool = openPool(url)
  try {
    const accounts = await pool.query(`SELECT id, balance FROM ${bank}.accounts ORDER BY id`)
    const ledger = await pool.query(
      `SELECT entry, transfer, debited AS "from", credited AS "to", amount FROM ${bank}.ledger ORDER BY entry`,
    )
    return { accounts: accounts.rows, ledger: ledger.rows }
  } finally {
    await pool.end()
  }
}
