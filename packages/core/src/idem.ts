import type { TransactionalStore } from './contracts/transactional-store'
import type { Execution } from './engine/engine'
import { IdemOnAnyStore } from './idem-on-any-store'
import type { IdemRecord } from './idem-record'
import type { Key } from './options/key'
import type {
  AttemptContext,
  IdemOptions,
  RunOptions,
  TransactionContext,
  TransactionOptions,
  WrapOptions,
} from './options/options'
import type { Page, PageQuery, RecordOptions, RecordsQuery, ResolveOptions } from './options/records'
import type { AnyFunction, Wrapped } from './wrapped'

/** See {@link Idem}. */
export interface Idem {
  /**
   * Runs the handler once for this key: the first call runs it, every other gets its answer.
   *
   * @throws what the handler throws, in the call that ran it; in others `OperationFailedError`
   * @throws InvalidKeyError, TypeError, CodecError for what is wrong with the arguments, before the store is called
   * @throws FingerprintMismatchError, InProgressError, AbandonedError, ExpiredKeyError, LeaseLostError,
   * ResultUnavailableError, UnsettledError, StoreError
   * @example
   * const receipt = await idem.run(['order', order.id], () => chargeCard(order), { fingerprint: order })
   */
  run<T>(key: Key, handler: (ctx: AttemptContext) => Promise<T> | T, options?: RunOptions): Promise<T>

  /** Like {@link Idem.run}, and tells whether the answer is another call's. */
  execute<T>(
    key: Key,
    handler: (ctx: AttemptContext) => Promise<T> | T,
    options?: RunOptions,
  ): Promise<Execution<T>>

  /**
   * A function with the same signature that runs once per key.
   *
   * @throws TypeError, InvalidKeyError if an option is wrong
   * @example
   * const charge = idem.wrap(chargeCard, { name: 'charge', key: (order) => order.id })
   */
  wrap<Fn extends AnyFunction>(fn: Fn, options: WrapOptions<Parameters<Fn>>): Wrapped<Fn>

  /** The record of a key, decoded, or `undefined`. @throws InvalidKeyError, StoreError */
  inspect(key: Key, options?: RecordOptions): Promise<IdemRecord | undefined>

  /**
   * An operator's override: removes the record, whatever its state. The next call runs again; a running attempt is not
   * stopped, but can no longer settle. `true` if there was a record.
   *
   * @throws InvalidKeyError, StoreError
   */
  forget(key: Key, options?: RecordOptions): Promise<boolean>

  /**
   * An operator's word on an abandoned (or retryably failed) record: it succeeded, with this value. `false` if there
   * is no such record, or it has a final answer.
   *
   * @throws InProgressError if an attempt is running
   * @throws CodecError if the value cannot be kept
   * @throws InvalidKeyError, StoreError
   */
  resolve(key: Key, value: unknown, options?: ResolveOptions): Promise<boolean>

  /** Every record of the namespace, page by page, in the store's order. @throws StoreError */
  records(query?: RecordsQuery): AsyncGenerator<IdemRecord, void, undefined>

  /** One page of them, to go on from later. @throws TypeError if the query is wrong; StoreError */
  page(query?: PageQuery): Promise<Page>
}

/** What an {@link Idem} on a store with transactions can do besides. */
export interface Transactional<Tx> {
  /**
   * Runs the body once for this key, inside a database transaction that commits its writes and its answer together.
   * What the body throws rolls everything back, and leaves nothing but a final failure.
   */
  transaction<T>(
    key: Key,
    body: (ctx: TransactionContext<Tx>) => Promise<T> | T,
    options?: TransactionOptions<Tx>,
  ): Promise<T>
}

/**
 * Runs functions once per key.
 *
 * @example
 * const idem = new Idem({ store: new MemoryStore() })
 */
export const Idem = IdemOnAnyStore as unknown as {
  /** @throws TypeError if an option is wrong: it names the option and what it takes */
  new <Tx>(options: IdemOptions<TransactionalStore<Tx>>): Idem & Transactional<Tx>
  new (options: IdemOptions): Idem
}
