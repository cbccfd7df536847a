import type { Collection, Db, ObjectId } from 'mongodb'
import type { Entry } from '../bank'

interface Account {
  readonly _id: number
  readonly balance: number
}

type Line = Omit<Entry, 'entry'>

export interface BankCollections {
  readonly accounts: Collection<Account>
  readonly ledger: Collection<Line & { readonly _id: ObjectId }>
}

export const collectionsOf = (db: Db, name: string): BankCollections => ({
  accounts: db.collection(`${name}.accounts`),
  ledger: db.collection(`${name}.ledger`),
})
