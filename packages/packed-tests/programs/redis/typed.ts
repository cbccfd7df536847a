import { randomUUID } from 'node:crypto'
import { Idem, type LockStore, Mutex, type Store } from '@idem/core'
import {
  type RedisClient,
  RedisLockStore,
  type RedisLockStoreOptions,
  RedisStore,
  type RedisStoreOptions,
} from '@idem/redis'
import { Cluster, Redis } from 'ioredis'

interface Receipt {
  readonly order: string
  readonly run: number
}

const { REDIS_URL = '', REDIS_NODES = '[{}]' } = process.env
const openRedis = (): Redis => new Redis(REDIS_URL, { lazyConnect: true })
const openCluster = (): Cluster => new Cluster(JSON.parse(REDIS_NODES), { lazyConnect: true })
const opens: Record<string, (() => Redis | Cluster) | undefined> = { Redis: openRedis, Cluster: openCluster }

// Each kind is taken as what it is, and as what it has in common with the other.
export const stores: Store[] = [
  new RedisStore(openRedis()),
  new RedisStore(openCluster(), { waitReplicas: 1 }),
]
export const lockStores: LockStore[] = [
  new RedisLockStore(openRedis()),
  new RedisLockStore(openCluster(), { waitReplicas: 1 }),
]
export const clients: RedisClient[] = [openRedis(), openCluster()]
const options: RedisStoreOptions & RedisLockStoreOptions = { prefix: `${randomUUID()}:` }

export function refused(client: Redis): void {
  // @ts-expect-error a URL is no client
  new RedisStore(REDIS_URL)
  // @ts-expect-error there is no such option
  new RedisStore(client, { subscribers: client })
  // @ts-expect-error locks are not sent in batches
  new RedisLockStore(client, { batch: 1 })
  // @ts-expect-error Redis has no transactions that could take part in an effect
  new Idem({ store: new RedisStore(client) }).transaction
}

const open = opens[process.argv[2] ?? '']
if (open) {
  const [client, subscriber] = [open(), open()]
  const idem = new Idem({ store: new RedisStore(client, { ...options, subscriber }) })
  const mutex = new Mutex({ store: new RedisLockStore(client, { ...options, subscriber }) })

  let runs = 0
  const charge = idem.wrap(
    async (order: { id: string }): Promise<Receipt> => ({ order: order.id, run: ++runs }),
    { name: 'charge', key: (order) => order.id },
  )
  const receipts: Receipt[] = [await charge({ id: 'A-1' }), await charge({ id: 'A-1' })]
  if (runs !== 1 || receipts.some(({ run }) => run !== 1)) throw new Error(JSON.stringify(receipts))
  const fence: number = await mutex.run('A-1', (lock) => lock.fence)
  if (!(fence >= 1)) throw new Error(`fence ${fence}`)
  await Promise.all([client.quit(), subscriber.quit()])
}
console.log(open ? 'one run' : 'constructed')
