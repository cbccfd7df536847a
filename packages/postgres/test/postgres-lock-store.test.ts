import { describeLockStore } from '@idem/conformance'
import { PostgresLockStore } from '../src/postgres-lock-store'
import { database, describeOnPostgres } from './database'

describeOnPostgres('on PostgreSQL', () => {
  describeLockStore('PostgresLockStore', {
    create: async () => {
      const db = database()
      const store = new PostgresLockStore(db.pool(), { schema: db.schema, listener: await db.client() })
      await store.migrate()
      return { store, db }
    },
    dispose: ({ db }) => db.end(),
  })
})
