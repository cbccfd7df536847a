import { MongoStore } from '@idem/mongo'
import { mongoDatabase, startMongo } from '@idem/test-servers'
import type { Db } from 'mongodb'
import { NoServer } from '../no-server'
import { type KeySource, keySource } from '../work/key-source'
import { collectionsOf, WRITES } from './collections'
import { openClient } from './open-client'

/** Where this run keeps all that it writes. */
export interface MongoPlace {
  /** Names a database that nobody else has. */
  readonly url: string
}

/** A server of our own, or the one at `MONGODB_URL`; only the database is touched. */
export interface MongoServer extends MongoPlace {
  /** Name, version, and where it came from. */
  readonly description: string
  /** For looking and tidying up, never for what is measured. */
  readonly db: Db
  readonly keys: KeySource
  /** Removes the records, and what has piled up beside them. */
  tidy(): Promise<void>
  close(): Promise<void>
}

/** How many accounts there are to pay from: more than transactions that are open at once, for none is to wait. */
export const ACCOUNTS = 1000

/** @throws NoServer, with what was tried */
export async function openMongo(): Promise<MongoServer> {
  const server = await startMongo()
  if ('reason' in server) throw new NoServer('MongoDB', server.reason)
  const { url, drop } = mongoDatabase(server.url)
  const client = openClient(url)
  const close = async () => {
    try {
      await drop()
    } finally {
      await client.close()
      await server.stop()
    }
  }
  try {
    const db = client.db()
    await new MongoStore(db).migrate()
    const { records, raw, payments, accounts } = collectionsOf(db)
    // Made before anybody writes into it: not every server makes one within a transaction.
    await Promise.all([raw, payments].map(({ collectionName }) => db.createCollection(collectionName)))
    await accounts.insertMany(
      Array.from({ length: ACCOUNTS }, (_, index) => ({ _id: index, balance: 0 })),
      WRITES,
    )
    return {
      url,
      description: `${await describe(db)} (from ${server.source})`,
      db,
      keys: keySource(),
      async tidy() {
        await Promise.all([records, raw, payments].map((collection) => collection.deleteMany({})))
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** What it is, and what a majority is there. */
async function describe(db: Db): Promise<string> {
  const { version } = await db.admin().serverInfo()
  const hello = await db.admin().command({ hello: 1 })
  const members = hello['hosts'] as readonly string[] | undefined
  const kind = members ? `a replica set of ${members.length}` : (hello['msg'] ?? 'standalone')
  return `MongoDB ${version}, ${kind === 'isdbgrid' ? 'behind a router' : kind}`
}
