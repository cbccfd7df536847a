// A process that starts: it brings the tables up to date and claims a key, as 20 others do at that moment.
import { Pool } from 'pg'
import { PostgresLockStore, PostgresStore } from '../../src'
import { claimOf } from '../claims'

const [connectionString, schema] = process.argv.slice(2) as [string, string]
const pool = new Pool({ connectionString, max: 2 })
const [store, locks] = [new PostgresStore(pool, { schema }), new PostgresLockStore(pool, { schema })]

// All of them are ready before the first begins.
process.stdout.write('ready\n')
await new Promise((resolve) => process.stdin.once('data', resolve))
await Promise.all([store.migrate(), locks.migrate()])
const outcome = await store.claim(claimOf('key'))
const lock = await locks.acquire({ name: 'name', owner: String(process.pid), ttlMs: 60_000 })
process.stdout.write(`${JSON.stringify([outcome.type, lock.acquired])}\n`)
await pool.end()
process.exit()
