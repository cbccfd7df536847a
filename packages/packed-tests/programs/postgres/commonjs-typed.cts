/// <reference types="emscripten" />
import crypto = require('node:crypto')
import pglite = require('@electric-sql/pglite')
import core = require('@idem/core')
import postgres = require('@idem/postgres')
import pg = require('pg')

const schema = `packed ${crypto.randomUUID()}`
const { DATABASE_URL: connectionString = 'postgres://127.0.0.1:1' } = process.env

/** On pg and on PGlite alike: what transactions write with is the type of the store. */
async function pay<Tx extends postgres.PostgresClient>(store: postgres.PostgresStore<Tx>): Promise<string> {
  await store.migrate()
  const answers = [1, 2].map(() =>
    new core.Idem({ store }).transaction('A-1', async ({ tx }) => {
      const { rows } = await tx.query('SELECT 1 AS one')
      return `${rows.length} paid by ${crypto.randomUUID()}`
    }),
  )
  const [first, second]: (string | undefined)[] = await Promise.all(answers)
  if (first === undefined || first !== second) throw new Error(`${first}, and ${second}`)
  return first
}

async function main(kind: string | undefined): Promise<string> {
  if (kind === undefined) return construct() === 4 ? 'constructed' : 'not constructed'

  const pool = new pg.Pool({ connectionString })
  const embedded = kind === 'PGlite' ? new pglite.PGlite() : undefined
  if (embedded) await pay(new postgres.PostgresStore<pglite.Transaction>(embedded, { schema }))
  else await pay(new postgres.PostgresStore(pool, { schema, isolation: 'serializable' }))
  const client: postgres.PostgresClient = embedded ?? pool
  const locks = new postgres.PostgresLockStore(client, { schema })
  await locks.migrate()
  const fence: number = await new core.Mutex({ store: locks }).run('A-1', (lock) => lock.fence)
  if (!(fence >= 1)) throw new Error(`fence ${fence}`)
  await client.query(`DROP SCHEMA "${schema}" CASCADE`)
  await Promise.all([pool.end(), embedded?.close()])
  return 'one run'
}

function construct(): number {
  const pool = new pg.Pool({ connectionString })
  const listener = new pg.Client({ connectionString })
  const embedded = new pglite.PGlite()
  const stores: (core.Store | core.LockStore)[] = [
    new postgres.PostgresStore(pool, { schema, listener }),
    new postgres.PostgresLockStore(pool, { schema, listener }),
    new postgres.PostgresStore<pglite.Transaction>(embedded, { schema }),
    new postgres.PostgresLockStore(embedded, { schema }),
  ]
  return stores.length
}

main(process.argv[2]).then(console.log, (error: unknown) => {
  console.error(error)
  process.exitCode = 1
})
