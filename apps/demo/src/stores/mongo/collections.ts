import { MongoLockStore, MongoStore } from '@idem/mongo'
import type { Collection, CollectionOptions, Db, Decimal128 } from 'mongodb'

/** Stands in front of the name of every collection: a database that others use as well stays tidy. */
const PREFIX = 'demo.'

/** Where the store keeps the records of payments. */
export const RECORDS = `${PREFIX}records`

/** And the locks. */
export const LOCKS = `${PREFIX}locks`

/** Only what a majority has is never taken back. */
const CERTAIN = {
  readConcern: { level: 'majority' },
  writeConcern: { w: 'majority', journal: true },
} satisfies CollectionOptions

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

export const paymentsOf = (db: Db): Collection<PaymentDocument> => db.collection(`${PREFIX}payments`, CERTAIN)

/** A row of a table of the shop. */
export interface RowDocument {
  readonly _id: { readonly kind: string; readonly id: string }
  readonly version: number
  /** As it was written: documents have no room for some names and texts that JSON may have. */
  readonly json: string
}

export const rowsOf = (db: Db): Collection<RowDocument> => db.collection(`${PREFIX}rows`, CERTAIN)

/**
 * Makes what is not there yet, however many demos start on one database at once. The keys say once more that a token pays
 * once, and that a charge pays for one order: whatever becomes of the records, and whoever else writes here.
 */
export async function prepare(db: Db): Promise<void> {
  await new MongoStore(db, { collection: RECORDS }).migrate()
  await new MongoLockStore(db, { collection: LOCKS }).migrate()
  await paymentsOf(db).createIndexes([
    { key: { order_id: 1 }, unique: true },
    { key: { charge_id: 1 }, unique: true },
    { key: { paid_at: -1 } },
  ])
}
