import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { Idem, Mutex, StoreError } from '@idem/core'
import { compareAndSet, MongoLockStore, MongoStore } from '@idem/mongo'
import { MongoClient } from 'mongodb'

const database = `packed_${randomUUID()}`
const url = process.env.MONGODB_URL ?? 'mongodb://127.0.0.1:1'

/** A process of its own, as far as the server can tell. */
function start() {
  const client = new MongoClient(url)
  const db = client.db(database)
  const [store, locks] = [new MongoStore(db), new MongoLockStore(db)]
  return { client, db, store, locks, idem: new Idem({ store }), mutex: new Mutex({ store: locks }) }
}

const [kind] = process.argv.slice(2)
if (!kind) start()
else {
  const [one, other] = [start(), start()]
  await Promise.all([one, other].flatMap(({ store, locks }) => [store.migrate(), locks.migrate()]))
  await one.db.createCollection('payments')

  let runs = 0
  const charge = ({ idem }) => idem.run(['order', 'A-1'], async () => ({ run: ++runs }))
  assert.deepEqual(await Promise.all([charge(one), charge(other)]), [{ run: 1 }, { run: 1 }])
  assert.deepEqual(await charge(other), { run: 1 })
  assert.equal(runs, 1)

  const pay = ({ idem, db }) =>
    idem.transaction(['payment', 'A-1'], async ({ tx }) => {
      await db.collection('payments').insertOne({ _id: 'A-1', state: 'new' }, { session: tx })
      return 'paid'
    })
  assert.deepEqual(await Promise.all([pay(one), pay(other)]), ['paid', 'paid'])
  const change = { where: { _id: 'A-1', state: 'new' }, set: { state: 'shipped' } }
  const ship = () => compareAndSet(undefined, one.db.collection('payments'), change)
  assert.deepEqual([(await ship()).won, (await ship()).won], [true, false])

  const held = await one.mutex.acquire('A-1')
  assert.equal(await other.mutex.tryAcquire('A-1'), undefined)
  await held.release()
  assert.equal(await other.mutex.run('A-1', (lock) => lock.fence > held.fence), true)

  await assert.rejects(one.store.complete({ key: 'A-1', owner: 'o', value: 'x'.repeat(2 ** 25) }), StoreError)
  await one.db.dropDatabase()
  await Promise.all([one, other].map(({ client }) => client.close()))
}
console.log(kind ? 'one run' : 'constructed')
