import { describeStore } from '@idem/conformance'
import { describe, inject } from 'vitest'
import { MongoStore } from '../src/mongo-store'
import { database } from './database'

describe.skipIf(inject('mongoUrl') === undefined)('in MongoDB', () => {
  describeStore('MongoStore', {
    create: async () => {
      const db = database()
      const store = new MongoStore(db.db)
      await store.migrate()
      return { store, db }
    },
    dispose: ({ db }) => db.end(),
  })
})
