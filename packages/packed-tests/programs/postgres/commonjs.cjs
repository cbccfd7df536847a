const assert = require('node:assert/strict')
const { randomUUID } = require('node:crypto')
const { PGlite } = require('@electric-sql/pglite')
const { Idem, Mutex, StoreError } = require('@idem/core')
const { lockRow, PostgresLockStore, PostgresStore } = require('@idem/postgres')
const { Client, Pool } = require('pg')

const schema = `packed ${randomUUID()}`
const connectionString = process.env.DATABASE_URL ?? 'postgres://127.0.0.1:1'
const open = {
  PostgreSQL: () => [new Pool({ connectionString }), new Client({ connectionString })],
  PGlite: () => [new PGlite()],
}

function start([client, listener]) {
  const store = new PostgresStore(client, { schema, listener })
  const locks = new PostgresLockStore(client, { schema, listener })
  return { client, listener, store, locks, idem: new Idem({ store }), mutex: new Mutex({ store: locks }) }
}

async function main(kind) {
  if (!kind) return Object.values(open).map((each) => start(each())) && 'constructed'

  const { client, listener, store, locks, idem, mutex } = start(open[kind]())
  await listener?.connect()
  await Promise.all([store.migrate(), locks.migrate()])
  await client.query(`CREATE TABLE "${schema}".accounts AS SELECT 'A-1'::text AS id, 0 AS balance`)

  const deposit = () =>
    new Idem({ store }).transaction(['deposit', 'A-1'], async ({ tx }) => {
      const { balance } = await lockRow(tx, { schema, table: 'accounts' }, { id: 'A-1' })
      await tx.query(`UPDATE "${schema}".accounts SET balance = $1`, [balance + 10])
      return balance + 10
    })
  assert.deepEqual(await Promise.all([deposit(), deposit()]), [10, 10])
  let runs = 0
  const charge = () => idem.run(['order', 'A-1'], async () => ({ run: ++runs }))
  assert.deepEqual([await charge(), await charge()], [{ run: 1 }, { run: 1 }])
  assert.equal(await mutex.run('A-1', (lock) => lock.fence >= 1), true)

  await client.query(`DROP SCHEMA "${schema}" CASCADE`)
  await Promise.all([listener?.end(), kind === 'PGlite' ? client.close() : client.end()])
  await assert.rejects(store.get('A-1'), StoreError)
  return 'one run'
}

main(process.argv[2]).then(console.log, (error) => {
  console.error(error)
  process.exitCode = 1
})
