import crypto = require('node:crypto')
import core = require('@idem/core')
import redis = require('@idem/redis')
import ioredis = require('ioredis')

const { REDIS_URL = '', REDIS_NODES = '[{}]' } = process.env
const opens: Record<string, () => ioredis.Redis | ioredis.Cluster> = {
  Redis: () => new ioredis.Redis(REDIS_URL, { lazyConnect: true }),
  Cluster: () => new ioredis.Cluster(JSON.parse(REDIS_NODES), { lazyConnect: true }),
}
const prefix = `${crypto.randomUUID()}:`

async function main(kind: string | undefined): Promise<string> {
  const stores = Object.values(opens).flatMap((open): (core.Store | core.LockStore)[] => [
    new redis.RedisStore(open(), { prefix, subscriber: open() }),
    new redis.RedisLockStore(open(), { prefix, subscriber: open() }),
  ])
  const client = kind === undefined ? undefined : opens[kind]?.()
  if (client === undefined) return stores.length === 4 ? 'constructed' : 'not constructed'

  let runs = 0
  const idem = new core.Idem({ store: new redis.RedisStore(client, { prefix }) })
  const { value } = await idem.execute('A-1', async () => ++runs)
  const again: { value: number; replayed: boolean } = await idem.execute('A-1', async () => ++runs)
  if (value !== 1 || again.value !== 1 || !again.replayed) throw new Error(JSON.stringify(again))
  const mutex = new core.Mutex({ store: new redis.RedisLockStore(client, { prefix }) })
  const fence: number = await mutex.run('A-1', (lock) => lock.fence)
  if (!(fence >= 1)) throw new Error(`fence ${fence}`)
  await client.quit()
  return 'one run'
}

main(process.argv[2]).then(console.log, (error: unknown) => {
  console.error(error)
  process.exitCode = 1
})
