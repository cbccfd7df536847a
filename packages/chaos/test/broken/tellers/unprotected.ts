import type { Teller } from '../../../src/transfers/run-transfer-worker'

/** Runs `use` with something to write with that is not the transaction of the record. */
export type Elsewhere<Tx, Driver> = <Result>(
  driver: Driver,
  use: (tx: Tx) => Promise<Result>,
) => Promise<Result>

/** The transfer is a transaction, and its record is another. */
export function twoTransactions<Tx, Driver>(ownTransaction: Elsewhere<Tx, Driver>): Teller<Tx, Driver> {
  return ({ idem, driver }, { id, from, to, amount }, move) =>
    idem.run(id, (ctx) => ownTransaction(driver, (tx) => move(tx, ctx)), { fingerprint: [from, to, amount] })
}

/** The transaction has the record in it, and the transfer is written beside it, each write by itself. */
export function carelessBank<Tx, Driver>(noTransaction: Elsewhere<Tx, Driver>): Teller<Tx, Driver> {
  return ({ idem, driver }, { id, from, to, amount }, move) =>
    idem.transaction(id, (ctx) => noTransaction(driver, (tx) => move(tx, ctx)), {
      fingerprint: [from, to, amount],
    })
}
