const assert = require('node:assert/strict')
const { randomUUID } = require('node:crypto')
const { Idem, Mutex, StoreError } = require('@idem/core')
const { RedisLockStore, RedisStore } = require('@idem/redis')
const { Cluster, Redis } = require('ioredis')

const { REDIS_URL = '', REDIS_NODES = '[{}]' } = process.env
const open = {
  Redis: () => new Redis(REDIS_URL, { lazyConnect: true }),
  Cluster: () => new Cluster(JSON.parse(REDIS_NODES), { lazyConnect: true }),
}
const prefix = `${randomUUID()}:`

function start(kind) {
  const [client, subscriber] = [open[kind](), open[kind]()]
  const store = new RedisStore(client, { prefix, subscriber })
  const idem = new Idem({ store })
  const mutex = new Mutex({ store: new RedisLockStore(client, { prefix, subscriber }) })
  return { idem, mutex, store, end: () => Promise.all([client.quit(), subscriber.quit()]) }
}

async function main(kind) {
  for (const each of Object.keys(open)) start(each)
  if (!kind) return 'constructed'

  const [one, other] = [start(kind), start(kind)]
  let runs = 0
  const charge = ({ idem }) => idem.run(['order', 'A-1'], async () => ({ run: ++runs }))

  assert.deepEqual(await Promise.all([charge(one), charge(other)]), [{ run: 1 }, { run: 1 }])
  assert.equal(runs, 1)
  assert.equal(await other.mutex.run('A-1', (lock) => lock.fence >= 1), true)

  await Promise.all([one.end(), other.end()])
  await assert.rejects(one.store.get('A-1'), StoreError)
  return 'one run'
}

main(process.argv[2]).then(console.log, (error) => {
  console.error(error)
  process.exitCode = 1
})
