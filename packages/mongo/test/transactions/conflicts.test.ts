import { describe, expect, inject, it } from 'vitest'
import { type Account, accounts } from './accounts'

const book = accounts()
const { db, process, deposit, balance } = book

describe.skipIf(inject('mongoUrl') === undefined)('a transaction', () => {
  it('is repeated as a whole on conflicts with others', async () => {
    const idem = process()
    let runs = 0
    const deposits = Array.from({ length: 4 }, (_, i) =>
      idem.transaction([book.key, String(i)], async ({ tx }) => {
        runs++
        const shared = db.collection<Account>('accounts')
        const account = await shared.findOne({ _id: book.key }, { session: tx })
        if (runs === 1) await expect.poll(() => runs).toBeGreaterThan(1)
        await shared.updateOne(
          { _id: book.key },
          { $set: { balance: (account?.balance ?? 0) + 10 } },
          { session: tx },
        )
      }),
    )
    await Promise.all(deposits)
    expect(await balance()).toBe(40)
    expect(runs).toBeGreaterThan(4)
  })

  it('is repeated also if its body has made another error of the conflict', async () => {
    let runs = 0
    const value = await process().transaction(book.key, async (ctx) => {
      const conflict = Object.assign(new Error('conflict'), {
        hasErrorLabel: (label: string) => label === 'TransientTransactionError',
      })
      if (++runs === 1) throw new Error('my own', { cause: conflict })
      return deposit()(ctx)
    })
    expect([value, runs]).toEqual([10, 2])
  })
})
