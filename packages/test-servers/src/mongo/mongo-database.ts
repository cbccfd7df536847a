import { randomUUID } from 'node:crypto'
import { withMongo } from './with-mongo'

/** A database of one's own on a server that others use, too. */
export interface MongoDatabase {
  /** The server's, naming the database: it is what `client.db()` gives. */
  readonly url: string
  readonly name: string
  /** Removes it. */
  drop(): Promise<void>
}

/**
 * A name for a database that nobody else has; the server makes it with the first write.
 *
 * @example
 * const { url, drop } = mongoDatabase(inject('mongoUrl'))
 * afterAll(drop)
 */
export function mongoDatabase(serverUrl: string): MongoDatabase {
  const name = `idem_${randomUUID()}`
  const url = new URL(serverUrl)
  const users = url.pathname.slice(1) || 'admin'
  // Users are looked up in the database that the URL names, unless told otherwise.
  if (url.username !== '' && !url.searchParams.has('authSource')) url.searchParams.set('authSource', users)
  url.pathname = `/${name}`
  return {
    url: url.href,
    name,
    drop: () => withMongo(url.href, async (client) => void (await client.db().dropDatabase())),
  }
}
