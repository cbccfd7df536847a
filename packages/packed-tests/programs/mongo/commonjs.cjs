const assert = require('node:assert/strict')
const { randomUUID } = require('node:crypto')
const { Idem, Mutex } = require('@idem/core')
const { MongoLockStore, MongoStore } = require('@idem/mongo')
const { MongoClient } = require('mongodb')

async function main(kind) {
  const client = new MongoClient(process.env.MONGODB_URL ?? 'mongodb://127.0.0.1:1')
  const db = client.db(`packed_${randomUUID()}`)
  const [store, locks] = [new MongoStore(db), new MongoLockStore(db)]
  if (!kind) return 'constructed'

  await Promise.all([store.migrate(), locks.migrate()])
  const accounts = db.collection('accounts')
  await accounts.insertOne({ _id: 'A-1', balance: 0 })
  const deposit = () =>
    new Idem({ store }).transaction(['deposit', 'A-1'], async ({ tx }) => {
      await accounts.updateOne({ _id: 'A-1' }, { $inc: { balance: 10 } }, { session: tx })
      return (await accounts.findOne({ _id: 'A-1' }, { session: tx })).balance
    })
  assert.deepEqual(await Promise.all([deposit(), deposit()]), [10, 10])
  let runs = 0
  const charge = () => new Idem({ store }).run(['order', 'A-1'], async () => ({ run: ++runs }))
  assert.deepEqual([await charge(), await charge()], [{ run: 1 }, { run: 1 }])
  assert.equal(await new Mutex({ store: locks }).run('A-1', (lock) => lock.fence >= 1), true)

  await db.dropDatabase()
  await client.close()
  return 'one run'
}

main(process.argv[2]).then(console.log, (error) => {
  console.error(error)
  process.exitCode = 1
})
