import type { IdemOptions, LockStore, Store } from '@idem/core'
import type { StoreLook } from '../../look'
import type { Answer } from '../answer'

/** What every `Idem` of a load goes by. */
export type IdemSettings = Pick<IdemOptions, 'namespace' | 'retention' | 'lease' | 'storeTimeout'>

/** A store twice, on connections of its own each, as two processes have it. */
export interface OpenedStores {
  readonly stores: readonly [Store, Store]
  readonly locks: readonly [LockStore, LockStore]
  /** Where transactions are made, if the store has them. */
  readonly openLedger?: ((settings: IdemSettings) => Ledger) | undefined
  /** How many listeners idem has on what it was handed. */
  listeners(): number
  /** What the server cannot tell, or there is no server to tell. */
  look(): StoreLook
  /** What a service is told to do from a timer. */
  sweep(): Promise<void>
  /** Has so many claims come that each record is looked at, where that is what removes it. */
  visitAll?(): Promise<void>
  close(): Promise<void>
}

/** Lines in a table, each written in the transaction in which its key is answered. */
export interface Ledger {
  /** Has the first or the second `Idem` run the body, which is handed what writes a line of the key. */
  transact(by: 0 | 1, key: string, body: (write: () => Promise<void>) => Promise<Answer>): Promise<Answer>
  /** Removes the lines of a key, and tells how many there were. */
  take(key: string): Promise<number>
}

export type OpenStores = (url: string) => Promise<OpenedStores>
