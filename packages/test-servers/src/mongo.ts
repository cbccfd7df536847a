import { MongoClient } from 'mongodb'
import { MongoBinary } from 'mongodb-memory-server-core'
import { fromDocker } from './docker'
import { firstAvailable, type ServerSource } from './first-available'
import { freePort } from './free-port'
import { fromEnvironment } from './from-environment'
import { type BinarySource, fromBinaries, onThisMachine } from './server-binary'
import { startSupervised } from './supervision/supervised-server'
import type { StartOptions, TestServer, Unavailable } from './test-server'

/** Transactions need a replica set, if only of one. */
const replicaSet = 'idem'

const mongoBinaries: readonly BinarySource[] = [
  onThisMachine(['mongod']),
  { name: 'mongodb-memory-server package', locate: downloadedMongod },
]

export const mongoSources: readonly ServerSource[] = [
  fromEnvironment('MONGODB_URL', pingMongo),
  ...fromBinaries('MongoDB', mongoBinaries, startBinary),
  fromDocker({
    image: 'mongo:8',
    // The members of a replica set reach each other, and are reached, by the names in its configuration.
    port: 'same',
    args: (port) => ['--replSet', replicaSet, '--bind_ip_all', '--port', String(port)],
    url: mongoUrl,
    ping: initiateAndPing,
  }),
]

/** A MongoDB server that is a replica set of one, so that it has transactions. */
export function startMongo({ progress }: StartOptions = {}): Promise<TestServer | Unavailable> {
  return firstAvailable(mongoSources, progress)
}

function startBinary(binary: string) {
  return startSupervised(async ({ directory }) => {
    const port = await freePort()
    const network = ['--bind_ip', '127.0.0.1', '--port', String(port), '--nounixsocket']
    return {
      url: mongoUrl(port),
      command: binary,
      args: ['--replSet', replicaSet, '--dbpath', directory, ...network],
      // A primary that is asked to go first waits for clients; its data is not worth that.
      stopSignal: 'SIGKILL',
      ping: initiateAndPing,
    }
  })
}

/** The package downloads a server once and keeps it; without a way out it says so at the first try. */
function downloadedMongod(): Promise<string> {
  process.env['MONGOMS_MAX_RETRIES'] ??= '1'
  return MongoBinary.getPath()
}

function mongoUrl(port: number): string {
  return `mongodb://127.0.0.1:${port}/?replicaSet=${replicaSet}`
}

async function pingMongo(url: string): Promise<void> {
  await withClient(url, (client) => client.db('admin').command({ ping: 1 }))
}

async function initiateAndPing(url: string): Promise<void> {
  const { host } = new URL(url)
  // A member that belongs to no set yet is reached only directly.
  await withClient(`mongodb://${host}/?directConnection=true`, async (client) => {
    const config = { _id: replicaSet, members: [{ _id: 0, host }] }
    await client
      .db('admin')
      .command({ replSetInitiate: config })
      .catch((error: { codeName?: string }) => {
        if (error.codeName !== 'AlreadyInitialized') throw error
      })
  })
  // Found by the set's name only once it has elected its primary.
  await pingMongo(url)
}

async function withClient(url: string, use: (client: MongoClient) => Promise<unknown>): Promise<void> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 2_000 })
  try {
    await client.connect()
    await use(client)
  } finally {
    await client.close()
  }
}
