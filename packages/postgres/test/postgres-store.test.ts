import { describeStore } from '@idem/conformance'
import { PostgresStore } from '../src/postgres-store'
import { database, describeOnPostgres } from './database'

describeOnPostgres('on PostgreSQL', () => {
  describeStore('PostgresStore', {
    create: async () => {
      const db = database()
      const store = new PostgresStore(db.pool(), { schema: db.schema, listener: await db.client() })
      await store.migrate()
      return { store, db }
    },
    dispose: ({ db }) => db.end(),
  })
})
