import { Redis } from 'ioredis'
import { MongoClient } from 'mongodb'
import { Client } from 'pg'

/** What the tests ask of each server: to keep something and give it back. */
export const probes = {
  redis: probeRedis,
  valkey: probeRedis,

  async postgres(url: string): Promise<unknown> {
    const client = new Client({ connectionString: url })
    try {
      await client.connect()
      await client.query('CREATE TEMP TABLE probe AS SELECT $1::text AS word', ['kept'])
      return (await client.query('SELECT word FROM probe')).rows[0].word
    } finally {
      await client.end()
    }
  },

  async mongo(url: string): Promise<unknown> {
    const client = new MongoClient(url, { serverSelectionTimeoutMS: 2_000 })
    try {
      await client.connect()
      const words = client.db('idem_probe').collection('words')
      // In a transaction, which a lone mongod would refuse.
      await client.withSession((session) =>
        session.withTransaction(() => words.insertOne({ word: 'kept' }, { session })),
      )
      const found = await words.findOne({})
      await client.db('idem_probe').dropDatabase()
      return found?.['word']
    } finally {
      await client.close()
    }
  },
}

async function probeRedis(url: string): Promise<unknown> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.set('probe', 'kept')
    return await client.get('probe')
  } finally {
    client.disconnect()
  }
}
