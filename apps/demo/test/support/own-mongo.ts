import { mongoDatabase, startTcpProxy, type TcpProxy } from '@idem/test-servers'
import { type Db, MongoClient } from 'mongodb'
import { afterAll, inject, onTestFinished } from 'vitest'

/** A database for the tests of one file, behind a network that may fail. */
export interface OwnMongo {
  readonly name: string
  /** Through the network. */
  readonly url: string
  readonly network: TcpProxy
  /** A look at the database from outside, past the network, until the test ends. */
  look(): Db
}

/** `undefined` where the tests are to be skipped. The server is that of all tests: nobody may kill it. */
export async function ownMongo(): Promise<OwnMongo | undefined> {
  const serverUrl = inject('mongoUrl')
  if (serverUrl === undefined) return undefined
  const { url, name, drop } = mongoDatabase(serverUrl)
  const network = await startTcpProxy(url)
  afterAll(async () => {
    await network.close()
    await drop()
  })
  return {
    name,
    url: network.url,
    network,
    look() {
      const client = new MongoClient(url)
      onTestFinished(() => client.close())
      return client.db()
    },
  }
}
