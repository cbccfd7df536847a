import { lockRow } from '@idem/postgres'
import { idem } from './start' // pool, store and idem, as above

interface Account {
  readonly id: string
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
  return idem.transaction(
    ['transfer', id],
    async ({ tx }) => {
      const account = await lockRow<Account>(tx, 'accounts', { id: from })
      if (account === undefined || account.balance < amount) throw new Error('not enough money')
      await tx.query('UPDATE accounts SET balance = balance - $2 WHERE id = $1', [from, amount])
      await tx.query('UPDATE accounts SET balance = balance + $2 WHERE id = $1', [to, amount])
      return { left: account.balance - amount }
    },
    { fingerprint: [from, to, amount] },
  )
}
