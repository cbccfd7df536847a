import { afterAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { compareAndSet } from '../../src'
import { database } from '../database'

interface Stock {
  _id: string
  status: unknown
  version: number
  left: number
  note: string | null
}

describe.skipIf(inject('mongoUrl') === undefined)('compareAndSet', () => {
  const own = database()
  const stock = own.db.collection<Stock>('stock')
  let _id = ''

  beforeEach(async () => {
    _id = crypto.randomUUID()
    await stock.insertOne({ _id, status: 'new', version: 1, left: 100, note: null })
  })
  afterAll(() => own.end())

  const change = (where: object, set: object) =>
    compareAndSet(undefined, stock, { where: { _id, ...where }, set: { ...set } })

  it('changes a document that is as it should be, and gives it', async () => {
    const document = { _id, status: 'paid', version: 1, left: 100, note: null }
    expect(await change({ status: 'new' }, { status: 'paid' })).toEqual({ won: true, document })
  })

  it('leaves a document alone that is not, or that is not there', async () => {
    const lost = { won: false, document: undefined }
    expect(await change({ status: 'paid' }, { status: 'sent' })).toEqual(lost)
    expect(await change({ _id: 'nowhere' }, { status: 'sent' })).toEqual(lost)
    expect(await stock.countDocuments({ _id: 'nowhere' })).toBe(0)
  })

  it('lets one of 50 win who try at once: a state machine', async () => {
    const tries = Array.from({ length: 50 }, () => change({ status: 'new' }, { status: 'paid' }))
    expect((await Promise.all(tries)).filter(({ won }) => won)).toHaveLength(1)
  })

  it('sells 20 things to 30 buyers, and never one twice: an optimistic lock', async () => {
    await stock.updateOne({ _id }, { $set: { left: 20 } })
    const buy = async (): Promise<boolean> => {
      for (;;) {
        const { version, left } = (await stock.findOne({ _id })) as Stock
        if (left === 0) return false
        if ((await change({ version }, { version: version + 1, left: left - 1 })).won) return true
      }
    }
    const bought = await Promise.all(Array.from({ length: 30 }, buy))
    expect(bought.filter(Boolean)).toHaveLength(20)
  }, 60_000)

  it('shares the fate of its transaction', async () => {
    const tx = own.db.client.startSession()
    try {
      tx.startTransaction()
      const changed = { where: { _id }, set: { status: 'paid' } }
      expect((await compareAndSet(tx, stock, changed)).won).toBe(true)
      await tx.abortTransaction()
    } finally {
      await tx.endSession()
    }
    expect((await change({ status: 'new' }, { note: 'x' })).won).toBe(true)
  })

  it('takes null for null', async () => {
    expect((await change({ note: null }, { note: 'x' })).won).toBe(true)
    expect((await change({ note: null }, { note: 'y' })).won).toBe(false)
    expect((await change({ note: 'x' }, { note: null })).won).toBe(true)
  })

  it('takes nothing in values or names for an operator', async () => {
    const evil: unknown[] = [
      { $ne: 'paid' },
      { $gt: '' },
      { a: { $where: 'true' } },
      [{ $exists: true }],
      JSON.parse('{"$regex": ".*"}'),
      { _bsontype: 'MaxKey' },
      Object.assign(Object.create(null), { $ne: 1 }),
    ]
    for (const value of evil) {
      await expect(change({ status: value }, { note: 'x' })).rejects.toThrow(
        /where\.status.* has an operator in it/,
      )
      await expect(change({}, { status: value })).rejects.toThrow(/set\.status.* has an operator in it/)
    }
    for (const name of ['$where', '$or', 'a.$b', '$', '', 'a\0b']) {
      await expect(change({ [name]: 'true' }, { note: 'x' })).rejects.toThrow(/where has a name that is none/)
      await expect(change({}, { [name]: 'x' })).rejects.toThrow(/set has a name that is none/)
    }
    // A pattern is a value like any other, and a text that looks like a field is a text.
    expect((await change({ status: /n/ }, { note: 'x' })).won).toBe(false)
    expect((await change({}, { status: '$left' })).document?.status).toBe('$left')
    expect((await stock.findOne({ _id }))?.note).toBeNull()
  })

  it('refuses what would be every document, or nothing, or left to chance', async () => {
    const refused: [where: object, set: object, says: RegExp][] = [
      [{}, { status: 'x' }, /where must have at least one field/],
      [{ _id }, {}, /set must have at least one field/],
      [{ _id, status: undefined }, { status: 'x' }, /where.status is undefined/],
      [{ _id }, { status: undefined }, /set.status is undefined/],
    ]
    for (const [where, set, says] of refused) {
      const changing = compareAndSet(undefined, stock, { where: { ...where }, set: { ...set } })
      await expect(changing).rejects.toThrow(says)
    }
  })
})
