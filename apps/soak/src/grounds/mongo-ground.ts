import { mongoDatabase, startMongo } from '@idem/test-servers'
import { type Db, MongoClient } from 'mongodb'
import type { Ground } from './ground'

const COLLECTIONS = ['idem.records', 'idem.locks', 'ledger']

/** A server of our own, or the one at `MONGODB_URL`; only the database is touched. @throws if none can be had */
export async function mongoGround(): Promise<Ground> {
  const server = await startMongo()
  if ('reason' in server) throw new Error(`no MongoDB can be had:\n${server.reason}`)
  const { url, drop } = mongoDatabase(server.url)
  const client = new MongoClient(url, { maxPoolSize: 2 })
  try {
    const db = client.db()
    const { version } = await db.admin().serverInfo()
    return {
      server: `MongoDB ${version} (from ${server.source})`,
      url,
      // What is past its keeping leaves its fence for a minute, and the server removes once a minute what is over.
      cleanUpMs: 3 * 60_000,
      look: async () => ({
        records: await db.collection('idem.records').countDocuments({}),
        bytes: await bytesOf(db),
      }),
      async close() {
        try {
          await drop()
        } finally {
          await client.close()
          await server.stop()
        }
      },
    }
  } catch (error) {
    await client.close()
    await server.stop()
    throw error
  }
}

async function bytesOf(db: Db): Promise<number> {
  let bytes = 0
  for (const collStats of COLLECTIONS) {
    const { storageSize, totalIndexSize } = await db.command({ collStats })
    bytes += Number(storageSize) + Number(totalIndexSize)
  }
  return bytes
}
