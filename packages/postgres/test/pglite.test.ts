import { PGlite } from '@electric-sql/pglite'
import { describeLockStore, describeStore } from '@idem/conformance'
import { PostgresLockStore } from '../src/postgres-lock-store'
import { PostgresStore } from '../src/postgres-store'

const without = { ownClock: 'PGlite is part of this process, and has its clock' }

describeStore('PostgresStore on PGlite', {
  without,
  create: async () => {
    const database = await PGlite.create()
    const store = new PostgresStore(database)
    await store.migrate()
    return { store, database }
  },
  dispose: ({ database }) => database.close(),
})

describeLockStore('PostgresLockStore on PGlite', {
  without,
  create: async () => {
    const database = await PGlite.create()
    const store = new PostgresLockStore(database)
    await store.migrate()
    return { store, database }
  },
  dispose: ({ database }) => database.close(),
})
