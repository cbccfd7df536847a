import { db, idem } from './start'

interface Account {
  readonly _id: string
  readonly balance: number
}

export interface Transfer {
  readonly id: string
  readonly from: string
  readonly to: string
  readonly amount: number
}

/** However often it is called, and whatever crashes meanwhile: the money moves once, and the answer is the same. */
export function transfer({ id, from, to, amount }: Transfer): Promise<{ left: number }> {
  const accounts = db.collection<Account>('accounts')
  return idem.transaction(
    ['transfer', id],
    async ({ tx }) => {
      const account = await accounts.findOneAndUpdate(
        { _id: from, balance: { $gte: amount } },
        { $inc: { balance: -amount } },
        { session: tx, returnDocument: 'after' },
      )
      if (account === null) throw new Error('not enough money')
      await accounts.updateOne({ _id: to }, { $inc: { balance: amount } }, { session: tx })
      return { left: account.balance }
    },
    { fingerprint: [from, to, amount] },
  )
}
