import type { LockStore, Store } from '@idem/core'
import type { PaymentBook } from '../payment/payment-book'
import type { Tables } from './table'

/** What `--store` can name: one folder each, and a line in `stores.ts`. */
export interface StoreKind {
  /** Whether several processes can keep their records in it together. */
  readonly shared: boolean
  /** The environment variable that says where its server is, if one does. */
  readonly variable?: string
  /**
   * Finds its server, or starts one; called once, before any process opens the store.
   *
   * @throws StartError if there is none, and none can be started
   */
  locate(env: NodeJS.ProcessEnv): Promise<StorePlace>
  /** The store, as each process uses it. A server that does not answer at the moment is no reason to fail. */
  open(url: string, note: Note): Promise<OpenStore>
}

/** Where a store's records are kept. */
export interface StorePlace {
  /** For {@link StoreKind.open}; it may hold a password. */
  readonly url: string
  /** For people: completes the sentence "Records are kept …". */
  readonly described: string
  /** Stops what was started for it. */
  close(): Promise<void>
}

/** A store, what lies beside its records in the same server, and how to let go of what was opened for it. */
export interface OpenStore {
  readonly store: Store
  readonly locks: LockStore
  /** The shop's own data. */
  readonly tables: Tables
  /** Where payments that were made are entered, if there is a place for them beside their records. */
  readonly book?: PaymentBook
  /**
   * Does the work once for this key, inside a transaction of the database: what it gives commits together with the claim,
   * and later calls are answered with it. Absent if the store has no transactions. It is what the storm compares with
   * `execute`, which claims first and records the answer afterwards.
   *
   * @throws what the work throws; then nothing is kept. IdemError for all else that `Idem.transaction` may say
   */
  readonly transaction?: <T>(key: string, work: () => Promise<T>) => Promise<T>
  /** Where it has a pool of connections. */
  readonly pool?: () => PoolUse
  close(): Promise<void>
}

/** What becomes of a pool's connections at this moment. */
export interface PoolUse {
  readonly used: number
  readonly idle: number
  /** Who waits for one. */
  readonly pending: number
  readonly max: number
}

/** Is told in a few words what happens to the connection. */
export type Note = (line: string) => void
