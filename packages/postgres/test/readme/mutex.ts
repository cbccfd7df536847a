import { Mutex } from '@idem/core'
import { PostgresLockStore } from '@idem/postgres'
import { Client } from 'pg'
import { pool } from './start'

export const listener = new Client({ connectionString: process.env['DATABASE_URL'] })
listener.on('error', (error) => console.error(error))
await listener.connect()

const locks = new PostgresLockStore(pool, { listener })
await locks.migrate()

export const mutex = new Mutex({ store: locks })
