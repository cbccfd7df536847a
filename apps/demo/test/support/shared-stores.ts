import type { PrivateServer, TcpProxy } from '@idem/test-servers'
import { mongo } from '../../src/stores/mongo/mongo'
import { postgres } from '../../src/stores/postgres/postgres'
import { redis } from '../../src/stores/redis/redis'
import type { StoreKind } from '../../src/stores/store-kind'
import { type OwnMongo, ownMongo } from './own-mongo'
import { privatePostgres } from './private-postgres'
import { privateRedis } from './private-redis'

/** A store that several processes can share, with a server for the tests of one file. */
export interface SharedStore {
  readonly title: string
  readonly kind: StoreKind
  /** `undefined` where the tests of it are to be skipped. */
  readonly server: ({ readonly url: string } & Outages) | undefined
  /** Starts the service on it. */
  readonly flags: readonly string[]
  readonly env: Record<string, string>
  /** What the service says of it. */
  readonly records: string
}

/** What befalls a server. */
export interface Outages {
  /** It is gone, or nobody can reach it. */
  leave(): Promise<void>
  comeBack(): Promise<void>
  /** It is there, and does not answer. */
  fallSilent(): Promise<void>
  speakAgain(): Promise<void>
}

/** Each with a server, or a database, for the tests of one file. */
export const sharedStores = (): Promise<SharedStore[]> =>
  Promise.all([
    // What it has answered, it still knows when it has been killed and restarted.
    privateRedis({ appendOnly: true }).then(onRedis),
    privatePostgres().then(onPostgres),
    ownMongo().then(onMongo),
  ])

const onRedis = (server: PrivateServer | undefined): SharedStore => ({
  title: 'Redis',
  kind: redis,
  server: server && { url: server.url, ...killing(server) },
  flags: ['--store', 'redis'],
  env: { REDIS_URL: server?.url ?? '' },
  records: `in Redis at 127.0.0.1:${server?.port} (REDIS_URL)`,
})

export const onPostgres = (server: PrivateServer | undefined): SharedStore => ({
  title: 'PostgreSQL',
  kind: postgres,
  server: server && { url: server.url, ...killing(server) },
  flags: ['--store', 'postgres'],
  env: { DATABASE_URL: server?.url ?? '' },
  records: `in PostgreSQL at 127.0.0.1:${server?.port}, in the schema demo of the database postgres (DATABASE_URL)`,
})

export const onMongo = (own: OwnMongo | undefined): SharedStore => ({
  title: 'MongoDB',
  kind: mongo,
  server: own && { url: own.url, ...cuttingOff(own.network) },
  flags: ['--store', 'mongo'],
  env: { MONGODB_URL: own?.url ?? '' },
  records: `in MongoDB at 127.0.0.1:${own?.network.port}, in the collections demo.* of the database ${own?.name} (MONGODB_URL)`,
})

const killing = (server: PrivateServer): Outages => ({
  leave: () => server.kill(),
  comeBack: () => server.restart(),
  fallSilent: () => server.pause(),
  speakAgain: () => server.resume(),
})

/** Longer than anybody waits. */
const SILENCE_MS = 60_000

const cuttingOff = (network: TcpProxy): Outages => ({
  async leave() {
    await network.refuse(true)
    network.cut()
  },
  comeBack: () => network.refuse(false),
  fallSilent: async () => network.delay(SILENCE_MS),
  async speakAgain() {
    network.delay(0)
    // What is held back meanwhile is lost.
    network.cut()
  },
})
