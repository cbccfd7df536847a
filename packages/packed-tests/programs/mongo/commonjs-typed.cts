import crypto = require('node:crypto')
import core = require('@idem/core')
import mongo = require('@idem/mongo')
import mongodb = require('mongodb')

async function main(kind: string | undefined): Promise<string> {
  const client = new mongodb.MongoClient(process.env['MONGODB_URL'] ?? 'mongodb://127.0.0.1:1')
  const db: mongodb.Db = client.db(`packed_${crypto.randomUUID()}`)
  const store: core.TransactionalStore<mongodb.ClientSession> = new mongo.MongoStore(db)
  const locks: core.LockStore = new mongo.MongoLockStore(db)
  if (kind === undefined) return 'constructed'

  await new mongo.MongoStore(db).migrate()
  const pay = () =>
    new core.Idem({ store }).transaction('A-1', async ({ tx }) => {
      await db.collection('payments').insertOne({ paid: true }, { session: tx })
      return crypto.randomUUID()
    })
  const [first, second]: string[] = await Promise.all([pay(), pay()])
  if (first === undefined || first !== second) throw new Error(`${first}, and ${second}`)
  const count = await db.collection('payments').countDocuments()
  const fence: number = await new core.Mutex({ store: locks }).run('A-1', (lock) => lock.fence)
  if (count !== 1 || !(fence >= 1)) throw new Error(`${count} payments, fence ${fence}`)
  await db.dropDatabase()
  await client.close()
  return 'one run'
}

main(process.argv[2]).then(console.log, (error: unknown) => {
  console.error(error)
  process.exitCode = 1
})
