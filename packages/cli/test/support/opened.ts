import { randomUUID } from 'node:crypto'
import type { Store } from '@idem/core'
import { MongoStore } from '@idem/mongo'
import { PostgresStore } from '@idem/postgres'
import { RedisStore } from '@idem/redis'
import { mongoDatabase } from '@idem/test-servers'
import { Redis } from 'ioredis'
import { MongoClient } from 'mongodb'
import pg from 'pg'
import { PASSWORD } from './cli'

/** A store of a test's own, as its application has it. */
export interface Opened {
  readonly store: Store
  /** What tells the command where it is. */
  readonly args: readonly string[]
  /** Removes what was made. */
  close(): Promise<unknown>
}

/** Users have a password here, where the server lets one be set. */
export async function openRedis(serverUrl: string): Promise<Opened> {
  const [prefix, user] = [`${randomUUID()}:`, `user-${randomUUID()}`]
  const client = new Redis(serverUrl)
  await client.call('ACL', 'SETUSER', user, 'on', `>${PASSWORD}`, '~*', '&*', '+@all')
  const url = new URL(serverUrl)
  Object.assign(url, { username: user, password: PASSWORD })
  return {
    store: new RedisStore(client, { prefix }),
    args: ['--store', url.href, '--prefix', prefix],
    close: async () => {
      await client.call('ACL', 'DELUSER', user)
      const keys = await client.keys(`${prefix}*`)
      if (keys.length > 0) await client.del(keys)
      await client.quit()
    },
  }
}

export async function openPostgres(serverUrl: string): Promise<Opened> {
  const schema = `cli ${randomUUID()}`
  const pool = new pg.Pool({ connectionString: serverUrl, max: 4 })
  const store = new PostgresStore(pool, { schema, table: 'kept' })
  await store.migrate()
  const url = new URL(serverUrl)
  if (url.password === '') url.password = PASSWORD
  return {
    store,
    args: ['--store', url.href, '--schema', schema, '--table', 'kept'],
    close: async () => {
      await pool.query(`DROP SCHEMA "${schema}" CASCADE`)
      await pool.end()
    },
  }
}

export async function openMongo(serverUrl: string): Promise<Opened> {
  const { url, name, drop } = mongoDatabase(serverUrl)
  const client = await new MongoClient(url).connect()
  const store = new MongoStore(client.db(name), { collection: 'kept' })
  await store.migrate()
  return {
    store,
    args: ['--store', serverUrl, '--database', name, '--collection', 'kept'],
    close: async () => {
      await client.close()
      await drop()
    },
  }
}
