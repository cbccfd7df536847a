import { BSON, type Document } from 'mongodb'
import { describe, expect, it } from 'vitest'
import { mongoBank } from '../../../src/transfers/mongo/mongo-bank'

const isCommit = mongoBank.isCommit as (request: Buffer) => boolean

function message(command: Document, kind = 2013): Buffer {
  const body = BSON.serialize(command)
  const header = Buffer.alloc(21)
  header.writeInt32LE(header.length + body.length)
  header.writeInt32LE(kind, 12)
  return Buffer.concat([header, body])
}

describe('isCommit', () => {
  it('knows the message that the driver sends, and no other', () => {
    const commit = { commitTransaction: 1, writeConcern: { w: 'majority' }, txnNumber: 1, autocommit: false }
    expect(isCommit(message(commit))).toBe(true)
    expect(isCommit(message(commit, 2012))).toBe(false)
    for (const command of [
      { abortTransaction: 1 },
      { find: 'commitTransaction' },
      { insert: 'ledger', commitTransaction: 1 },
      { commitTransactions: 1 },
      {},
    ])
      expect(isCommit(message(command))).toBe(false)
  })
})
