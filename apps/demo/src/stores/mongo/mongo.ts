import { setTimeout as sleep } from 'node:timers/promises'
import { Idem } from '@idem/core'
import { MongoLockStore, MongoStore } from '@idem/mongo'
import { MongoClient, type MongoClientOptions, type TopologyDescriptionChangedEvent } from 'mongodb'
import { tsImport } from 'tsx/esm/api'
import { StartError } from '../../start-error'
import type { Note, OpenStore, StoreKind, StorePlace } from '../store-kind'
import { LOCKS, prepare, RECORDS } from './collections'
import { hasTransactions } from './has-transactions'
import { MongoBook } from './mongo-book'
import { poolUse } from './mongo-pool'
import { mongoTables } from './mongo-table'

/** Records and payments in one MongoDB database: whoever asks the same one shares them. */
export const mongo: StoreKind = {
  shared: true,
  variable: 'MONGODB_URL',
  locate: ({ MONGODB_URL: url }) => (url ? given(url) : own()),
  open,
}

/** How a service wants the driver to be, as against a script that may wait. */
const SERVICE = {
  // A server that is away fails a call before the service gives it up: a claim that is sent later could keep its token busy
  // with nobody at work on it.
  serverSelectionTimeoutMS: 500,
  waitQueueTimeoutMS: 1500,
  // More than payments that may run at once, unless told otherwise: none waits for a connection while it has a transaction
  // open, and documents locked.
  maxPoolSize: 512,
  connectTimeoutMS: 2000,
  // Back within a second of the server.
  heartbeatFrequencyMS: 1000,
  // A connection on which nothing comes back is given up. Not as soon as the service loses patience with a call: an
  // answer that comes late is still one.
  socketTimeoutMS: 10_000,
} satisfies MongoClientOptions

/** How soon to look again for a server that was away when the store was opened. */
const TRY_AGAIN_MS = 500

async function given(url: string): Promise<StorePlace> {
  const { where, database } = await prepared(
    url,
    'Start that server, or unset MONGODB_URL: then one is started.',
  )
  const described = `in MongoDB at ${where}, in the collections demo.* of the database ${database} (MONGODB_URL)`
  return { url, described, close: async () => {} }
}

async function own(): Promise<StorePlace> {
  // Not loaded unless it is needed, and from its sources: it is never published, and so not built.
  const servers: typeof import('@idem/test-servers') = await tsImport('@idem/test-servers', import.meta.url)
  const server = await servers.startMongo({ progress: console.log })
  if ('reason' in server) {
    throw new StartError(
      `There is no MongoDB, and none could be started:\n${server.reason}\n` +
        'Start a replica set yourself, if only of one, and say where: MONGODB_URL=mongodb://localhost:27017/shop?replicaSet=rs0',
    )
  }
  try {
    const { where } = await prepared(server.url, 'It was started for the demo.')
    return {
      url: server.url,
      described: `in a MongoDB started for the demo, at ${where} (${server.source}), and gone with it`,
      close: () => server.stop(),
    }
  } catch (error) {
    await server.stop()
    throw error
  }
}

/** Makes the indexes. @throws StartError with what to do about it */
async function prepared(url: string, advice: string): Promise<{ where: string; database: string }> {
  const client = reading(url)
  const { hosts, srvHost } = client.options
  const where = srvHost ?? hosts.join(', ')
  const db = client.db()
  try {
    const hello = await db
      .admin()
      .command({ hello: 1 })
      .catch((error: Error) => {
        throw new StartError(
          `MONGODB_URL is set, but no MongoDB answers at ${where}: ${error.message}. ${advice}`,
        )
      })
    if (!hasTransactions(hello)) {
      throw new StartError(
        `MongoDB at ${where} is no replica set, and so has no transactions, in which payments are entered. ` +
          'Start it with --replSet rs0, and let it begin with rs.initiate().',
      )
    }
    await prepare(db).catch((error: Error) => {
      throw new StartError(`MongoDB at ${where} does not let the demo make its indexes: ${error.message}`)
    })
    return { where, database: db.databaseName }
  } finally {
    await client.close()
  }
}

function reading(url: string): MongoClient {
  try {
    return new MongoClient(url, { serverSelectionTimeoutMS: 5000, connectTimeoutMS: 5000 })
  } catch {
    throw new StartError('MONGODB_URL must be like mongodb://user:password@localhost:27017/database')
  }
}

async function open(url: string, note: Note): Promise<OpenStore> {
  const client = new MongoClient(url, SERVICE)
  const stopTelling = tellOutages(client, note)
  const pool = poolUse(client)
  const stopConnecting = await connect(client)
  const db = client.db()
  // Whoever waits for an answer is told as it is recorded, where the server has change streams.
  const store = new MongoStore(db, { collection: RECORDS, changeStreams: true })
  const storm = new Idem({ store, namespace: 'storm' })
  return {
    store,
    locks: new MongoLockStore(db, { collection: LOCKS, changeStreams: true }),
    tables: mongoTables(db),
    book: new MongoBook(db, store),
    transaction: (key, work) => storm.transaction(key, work),
    pool,
    close: async () => {
      stopTelling()
      await stopConnecting()
      await client.close()
    },
  }
}

/**
 * Connects, or goes on trying if the server is away: a driver that has failed to connect at first does not try again by
 * itself. Resolves when it has tried once, to what ends it.
 */
async function connect(client: MongoClient): Promise<() => Promise<void>> {
  const stopping = new AbortController()
  const tried = () =>
    client.connect().then(
      () => true,
      () => false,
    )
  const first = await tried()
  const trying = (async () => {
    for (let done = first; !done && !stopping.signal.aborted; done = await tried()) {
      await sleep(TRY_AGAIN_MS, undefined, { signal: stopping.signal }).catch(() => {})
    }
  })()
  return async () => {
    stopping.abort()
    await trying
  }
}

function tellOutages(client: MongoClient, note: Note): () => void {
  let away = false
  const onChange = ({ newDescription }: TopologyDescriptionChangedEvent) => {
    const servers = [...newDescription.servers.values()]
    if (servers.some(({ isWritable }) => isWritable)) {
      if (away) note('MongoDB is back')
      away = false
    } else if (servers.some(({ error }) => error !== null)) {
      if (!away) note('MongoDB is away: until it is back, payments are told to come again')
      away = true
    }
  }
  client.on('topologyDescriptionChanged', onChange)
  return () => client.off('topologyDescriptionChanged', onChange)
}
