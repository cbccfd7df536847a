import { BSON } from 'mongodb'
import { afterAll, describe, expect, inject, it } from 'vitest'
import { MongoStore } from '../src'
import { database } from './database'

describe.skipIf(inject('mongoUrl') === undefined)('a finished record', () => {
  const own = database()
  afterAll(() => own.end())

  it('with a key of 36 characters and an answer of 200 bytes is a document of 485 bytes', async () => {
    const store = new MongoStore(own.db)
    const [key, owner] = [crypto.randomUUID(), crypto.randomUUID()]
    await store.claim({
      ...{ key, owner, leaseMs: 60_000, keepMs: 60_000, maxAttempts: Infinity },
      onAbandoned: 'takeover',
    })
    await store.complete({ key, owner, value: 'x'.repeat(200), retentionMs: 60_000, tombstoneMs: 0 })
    const [document] = await own.db.collection('idem.records').find().toArray()
    expect(BSON.calculateObjectSize(document ?? {})).toBe(485)
  })
})
