import type { TransactionContext } from '../options/options'
import type { Abandoned, Expired, Keeping, Mismatch, Settled, Store } from './store'

/**
 * A store that can keep the record in the same database transaction as the caller's own writes, so that the claim, the
 * writes and the answer become visible together or not at all.
 *
 * @typeParam Tx - what the caller writes with inside the transaction, as the driver has it
 */
export interface TransactionalStore<Tx> extends Store {
  /** What `transactions()` makes of the store's {@link Transact}. */
  readonly transactions: TransactionDriver<Tx>
}

/** How idem runs transactions on a store. Opaque: made by `transactions()`, used by `Idem`. */
export type TransactionDriver<Tx> = (
  flight: unknown,
  body: (ctx: TransactionContext<Tx>) => unknown,
  tx: Tx | undefined,
  /** Puts something between idem and the store. */
  around?: (transact: Transact<Tx>) => Transact<Tx>,
) => Promise<unknown>

/**
 * What a store with transactions brings: claims the key, runs `request.run` and settles, all in one transaction.
 *
 * - Does not wait for others: while another transaction (or attempt) holds the key the answer is `busy`, without
 *   holding a connection afterwards.
 * - `run` is called once per attempt of the transaction; a conflict that the database asks to repeat repeats the
 *   whole attempt, whether the database reported it to the store or to `run`, which threw it.
 * - Anything else that `run` throws rolls everything back, is offered to `finalFailure`, and is thrown on.
 * - A reply to COMMIT that is lost is looked up by owner before anything is reported.
 * - With `request.tx`, joins that transaction: commits nothing, and the record shares its fate.
 */
export type Transact<Tx> = (request: TransactionRequest<Tx>) => Promise<TransactionOutcome>

export interface TransactionRequest<Tx> extends Keeping {
  readonly key: string
  readonly owner: string
  readonly fingerprint?: string | undefined
  /** The transaction that the caller has open, to be joined. */
  readonly tx?: Tx | undefined
  /** The fence of the attempt whose outcome the claimant has been waiting for, if it has. */
  readonly waitedFor?: number | undefined
  /** The caller's writes; resolves to the answer, missing when it is omitted. */
  readonly run: (grant: TransactionGrant<Tx>) => Promise<{ readonly value?: string | undefined }>
  /** The failure to record when everything else was rolled back, or nothing if the key is to be free again. */
  readonly finalFailure: (error: unknown) => Promise<string | undefined> | string | undefined
}

export interface TransactionGrant<Tx> {
  readonly tx: Tx
  readonly attempt: number
  readonly fence: number
}

export type TransactionOutcome =
  | { readonly type: 'committed'; readonly attempt: number; readonly fence: number }
  /** Another transaction holds the key, or a running attempt does; then it is known which. */
  | { readonly type: 'busy'; readonly attempt?: number | undefined; readonly fence?: number | undefined }
  | Settled
  | Abandoned
  | Mismatch
  | Expired
