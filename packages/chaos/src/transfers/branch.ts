import type { TransactionalStore } from '@idem/core'
import type { OpenedStore } from '../worker/run-worker'
import type { Receipt, Transfer } from './transfer'

/**
 * A bank as one of its processes has it.
 *
 * @typeParam Tx - what is written with inside a transaction
 * @typeParam Driver - the connections that it has besides
 */
export interface Branch<Tx, Driver> extends OpenedStore {
  readonly store: TransactionalStore<Tx>
  readonly driver: Driver
  /** Moves the money and writes it down. It takes its time about it, so that much can go wrong in between. */
  move(tx: Tx, transfer: Transfer, pauseMs: number): Promise<Receipt>
}

/** Opens the bank of this name at `url`, for the process in the place of this number. */
export type OpenBranch<Tx, Driver> = (url: string, name: string, place: number) => Promise<Branch<Tx, Driver>>
