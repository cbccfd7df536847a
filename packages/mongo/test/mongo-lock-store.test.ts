import { describeLockStore } from '@idem/conformance'
import { describe, inject } from 'vitest'
import { MongoLockStore } from '../src/mongo-lock-store'
import { database } from './database'

describe.skipIf(inject('mongoUrl') === undefined)('in MongoDB', () => {
  describeLockStore('MongoLockStore', {
    create: async () => {
      const db = database()
      const store = new MongoLockStore(db.db)
      await store.migrate()
      return { store, db }
    },
    dispose: ({ db }) => db.end(),
  })
})
