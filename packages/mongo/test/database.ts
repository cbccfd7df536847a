import { type Db, MongoClient, type MongoClientOptions } from 'mongodb'
import { inject } from 'vitest'

/** A database of a test file's own, and clients to look into it. */
export interface Database {
  readonly url: string
  readonly name: string
  /** That of the first client. */
  readonly db: Db
  /** The database as another client has it. */
  open(options?: MongoClientOptions, url?: string): Db
  /** Removes the database, and closes every client. */
  end(): Promise<void>
}

export function database(): Database {
  const url = inject('mongoUrl') ?? 'mongodb://127.0.0.1:1'
  const name = `test_${crypto.randomUUID()}`
  const clients: MongoClient[] = []
  const open = (options: MongoClientOptions = {}, through = url): Db => {
    const client = new MongoClient(through, options)
    clients.push(client)
    return client.db(name)
  }
  const db = open()
  return {
    url,
    name,
    db,
    open,
    async end() {
      await db.dropDatabase()
      await Promise.all(clients.map((client) => client.close()))
    },
  }
}
