import { describe, expect, inject, it } from 'vitest'
import { accounts } from './accounts'

const book = accounts()
const { db, process, deposit, balance } = book

describe.skipIf(inject('mongoUrl') === undefined)('a transaction', () => {
  it('joins a transaction that the caller has open, and shares its fate', async () => {
    const idem = process()
    const tx = db.client.startSession()
    try {
      for (const end of ['abortTransaction', 'commitTransaction'] as const) {
        tx.startTransaction()
        expect(await idem.transaction(book.key, deposit(), { tx })).toBe(10)
        expect(await idem.transaction(book.key, deposit(), { tx })).toBe(10)
        await tx[end]()
        expect(await balance()).toBe(end === 'commitTransaction' ? 10 : 0)
      }
      expect(await process().transaction(book.key, deposit())).toBe(10)
      await expect(idem.transaction([book.key, 'closed'], deposit(), { tx })).rejects.toThrow(
        /open transaction/,
      )
    } finally {
      await tx.endSession()
    }
  })

  it('is refused in a transaction of the caller while another one holds the key', async () => {
    await process().transaction(book.key, async (ctx) => {
      const tx = db.client.startSession()
      try {
        tx.startTransaction()
        const refused = process().transaction(book.key, deposit(), { tx })
        await expect(refused).rejects.toMatchObject({ code: 'IN_PROGRESS' })
      } finally {
        await tx.endSession()
      }
      return deposit()(ctx)
    })
    expect(await balance()).toBe(10)
  })
})
