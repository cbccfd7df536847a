import type { Matching } from '@idem/test-servers'

/** A bank on one kind of database, as the run needs to know it. */
export interface Bank {
  /**
   * Opens the accounts. The ledger has no constraint on the transfer: one that is applied twice is to be seen, rather than
   * be prevented by somebody other than idem.
   */
  open(url: string, name: string): Promise<void>
  /** Reads the books, on connections of its own. */
  read(url: string, name: string): Promise<Books>
  /** How much is asked of it in a run, unless told otherwise. @defaultValue 200 keys, 6 duplicates, 6 processes */
  readonly size?: { readonly keys: number; readonly duplicates: number; readonly processes: number }
  /**
   * For how many milliseconds the server keeps the transaction of a process that was killed, and locked what it has written.
   * Where that is over as soon as the connection is gone, there is nothing to be told.
   */
  keptMs?(url: string): Promise<number>
  /** The request that commits a transaction, and nothing beside it. */
  readonly isCommit: Matching
  /** The program of its tellers: calls `runTransferWorker` with what opens a branch. */
  readonly worker: URL
}

/** What the bank has when all is over. */
export interface Books {
  readonly accounts: readonly { readonly id: number; readonly balance: number }[]
  readonly ledger: readonly Entry[]
}

export interface Entry {
  /** Names the line. */
  readonly entry: string
  readonly transfer: string
  readonly from: number
  readonly to: number
  readonly amount: number
}

/** Each run has a bank of its own, also where it shares a database with those before it. */
export const bankOf = (origin: string): string => `bank_${origin}`
