import type { Collection, Db } from 'mongodb'

/** What the store writes with: what is acknowledged is on the disks of a majority. Floors do the same. */
export const WRITES = { writeConcern: { w: 'majority', journal: true } } as const

/** What the store reads with: what a majority has. */
const READS = { readConcern: { level: 'majority' } } as const

export interface RawRecord {
  readonly _id: string
  readonly state: string
  readonly answer?: string
}

export interface BenchCollections {
  /** The store's. */
  readonly records: Collection
  /** What floors keep instead of records. */
  readonly raw: Collection<RawRecord>
  /** The business of the transactions. */
  readonly payments: Collection<{ readonly account: number; readonly amount: number }>
  readonly accounts: Collection<{ readonly _id: number; readonly balance: number }>
}

export const collectionsOf = (db: Db): BenchCollections => ({
  records: db.collection('idem.records'),
  raw: db.collection('raw', { ...WRITES, ...READS }),
  payments: db.collection('payments'),
  accounts: db.collection('accounts'),
})
