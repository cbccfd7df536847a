import type { Collection, Db, Decimal128 } from 'mongodb'

/** Stands in front of the name of every collection: a database that others use as well stays tidy. */
const PREFIX = 'demo.'

/** Where the store keeps the records of payments. */
export const RECORDS = `${PREFIX}records`

/** A payment that was made. */
export interface PaymentDocument {
  /** The token. */
  readonly _id: string
  readonly order_id: string
  readonly charge_id: string
  readonly amount: Decimal128
  readonly user_id: string
  readonly description: string
  readonly paid_at: Date
}

export const paymentsOf = (db: Db): Collection<PaymentDocument> =>
  db.collection(`${PREFIX}payments`, {
    // Only what a majority has is never taken back.
    readConcern: { level: 'majority' },
    writeConcern: { w: 'majority', journal: true },
  })

/**
 * Makes what is not there yet, however many demos start on one database at once. The keys say once more that a token pays
 * once, and that a charge pays for one order: whatever becomes of the records, and whoever else writes here.
 */
export async function prepare(db: Db): Promise<void> {
  await paymentsOf(db).createIndexes([
    { key: { order_id: 1 }, unique: true },
    { key: { charge_id: 1 }, unique: true },
    { key: { paid_at: -1 } },
  ])
}
