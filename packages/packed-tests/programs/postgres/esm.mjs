import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { PGlite } from '@electric-sql/pglite'
import { Idem, Mutex, StoreError } from '@idem/core'
import { compareAndSet, PostgresLockStore, PostgresStore } from '@idem/postgres'
import pg from 'pg'

const schema = `packed ${randomUUID()}`
const connectionString = process.env.DATABASE_URL ?? 'postgres://127.0.0.1:1'

/** A process of its own, as far as the server can tell: its pool, its listener. */
const open = {
  PostgreSQL: () => [new pg.Pool({ connectionString }), new pg.Client({ connectionString })],
  PGlite: () => [new PGlite()],
}

function start([client, listener]) {
  const store = new PostgresStore(client, { schema, listener })
  const locks = new PostgresLockStore(client, { schema, listener })
  return { client, listener, store, locks, idem: new Idem({ store }), mutex: new Mutex({ store: locks }) }
}

const [kind] = process.argv.slice(2)
if (!kind) for (const each of Object.values(open)) start(each())
else {
  const one = start(open[kind]())
  const other = kind === 'PGlite' ? start([one.client]) : start(open[kind]())
  await Promise.all([one.listener?.connect(), other.listener?.connect()])
  await Promise.all([one, other].flatMap(({ store, locks }) => [store.migrate(), locks.migrate()]))
  await one.client.query(`CREATE TABLE "${schema}".payments (id text PRIMARY KEY, state text)`)

  let runs = 0
  const charge = ({ idem }) => idem.run(['order', 'A-1'], async () => ({ run: ++runs }))
  assert.deepEqual(await Promise.all([charge(one), charge(other)]), [{ run: 1 }, { run: 1 }])
  assert.deepEqual(await charge(other), { run: 1 })
  assert.equal(runs, 1)

  const pay = ({ idem }) =>
    idem.transaction(['payment', 'A-1'], async ({ tx }) => {
      await tx.query(`INSERT INTO "${schema}".payments VALUES ('A-1', 'new')`)
      return 'paid'
    })
  assert.deepEqual(await Promise.all([pay(one), pay(other)]), ['paid', 'paid'])
  const change = { where: { id: 'A-1', state: 'new' }, set: { state: 'shipped' } }
  const ship = () => compareAndSet(one.client, { schema, table: 'payments' }, change)
  assert.deepEqual([(await ship()).won, (await ship()).won], [true, false])

  const held = await one.mutex.acquire('A-1')
  assert.equal(await other.mutex.tryAcquire('A-1'), undefined)
  await held.release()
  assert.equal(await other.mutex.run('A-1', (lock) => lock.fence > held.fence), true)

  await one.client.query(`DROP SCHEMA "${schema}" CASCADE`)
  if (kind === 'PGlite') await one.client.close()
  else await Promise.all([one, other].flatMap(({ client, listener }) => [client.end(), listener.end()]))
  await assert.rejects(one.store.get('A-1'), StoreError)
}
console.log(kind ? 'one run' : 'constructed')
