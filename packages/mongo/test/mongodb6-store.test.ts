import { describeLockStore, describeStore } from '@idem/conformance'
import { Idem } from '@idem/core'
import { type ClientSession, type Db, MongoClient } from 'mongodb6'
import { afterAll, describe, expect, inject, it } from 'vitest'
import { MongoLockStore, MongoStore } from '../src'

const url = inject('mongoUrl')

describe.skipIf(url === undefined)('on driver 6', () => {
  const clients: MongoClient[] = []
  const open = (): Db => {
    const client = new MongoClient(url ?? '')
    clients.push(client)
    return client.db(`test_${crypto.randomUUID()}`)
  }
  const close = async ({ db }: { db: Db }) => {
    await db.dropDatabase()
  }
  afterAll(async () => {
    await Promise.all(clients.map((client) => client.close()))
  })

  describeStore('MongoStore', {
    create: async () => {
      const db = open()
      const store = new MongoStore(db as never)
      await store.migrate()
      return { store, db }
    },
    dispose: close,
  })

  describeLockStore('MongoLockStore', {
    create: async () => {
      const db = open()
      const store = new MongoLockStore(db as never)
      await store.migrate()
      return { store, db }
    },
    dispose: close,
  })

  it('transactions commit together', async () => {
    const db = open()
    await db.createCollection('accounts')
    const idem = new Idem({ store: new MongoStore(db as never) })
    const deposit = () =>
      idem.transaction('key', async ({ tx }) => {
        const session = tx as unknown as ClientSession
        await db.collection<{ _id: string }>('accounts').insertOne({ _id: 'one' }, { session })
        return 1
      })
    expect(await Promise.all([deposit(), deposit()])).toEqual([1, 1])
    expect(await db.collection('accounts').countDocuments()).toBe(1)
    await close({ db })
  })
})
