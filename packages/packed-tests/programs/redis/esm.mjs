import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { Idem, Mutex, StoreError } from '@idem/core'
import { RedisLockStore, RedisStore } from '@idem/redis'
import { Cluster, Redis } from 'ioredis'

const { REDIS_URL = '', REDIS_NODES = '[{}]' } = process.env
const open = {
  Redis: () => new Redis(REDIS_URL, { lazyConnect: true }),
  Cluster: () => new Cluster(JSON.parse(REDIS_NODES), { lazyConnect: true }),
}
const prefix = `${randomUUID()}:`

/** A process of its own, as far as the server can tell. */
function start(kind) {
  const [client, subscriber] = [open[kind](), open[kind]()]
  const store = new RedisStore(client, { prefix, subscriber })
  const idem = new Idem({ store })
  const mutex = new Mutex({ store: new RedisLockStore(client, { prefix, subscriber }) })
  return { idem, mutex, store, end: () => Promise.all([client.quit(), subscriber.quit()]) }
}

for (const kind of Object.keys(open)) start(kind)
const [kind] = process.argv.slice(2)
if (kind) {
  const [one, other] = [start(kind), start(kind)]
  let runs = 0
  const charge = ({ idem }) => idem.run(['order', 'A-1'], async () => ({ run: ++runs }))

  assert.deepEqual(await Promise.all([charge(one), charge(other)]), [{ run: 1 }, { run: 1 }])
  assert.deepEqual(await charge(other), { run: 1 })
  assert.equal(runs, 1)

  const held = await one.mutex.acquire('A-1')
  assert.equal(await other.mutex.tryAcquire('A-1'), undefined)
  await held.release()
  assert.equal(await other.mutex.run('A-1', (lock) => lock.fence > held.fence), true)

  await Promise.all([one.end(), other.end()])
  await assert.rejects(one.store.get('A-1'), StoreError)
}
console.log(kind ? 'one run' : 'constructed')
