import { Idem } from '@idem/core'
import { PostgresStore } from '@idem/postgres'
import { Pool } from 'pg'

export const pool = new Pool({ connectionString: process.env['DATABASE_URL'] })
// Of connections that are lost while nobody uses them; pg ends the process if nobody listens.
pool.on('error', (error) => console.error(error))

export const store = new PostgresStore(pool)
await store.migrate()

export const idem = new Idem({ store })
