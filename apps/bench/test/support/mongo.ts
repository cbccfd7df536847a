import { inject, onTestFinished } from 'vitest'
import { type MongoServer, openMongo } from '../../src/mongo/server'
import { withVariable } from './with-variable'

const url = inject('mongoUrl')

export const mongoIsThere = url !== undefined

/** What opens a server of its own uses that of the tests. */
export const onTestMongo = <Opened>(open: () => Promise<Opened>): Promise<Opened> =>
  withVariable('MONGODB_URL', url, open)

/** A database of one test's own. */
export async function testMongo(): Promise<MongoServer> {
  const server = await onTestMongo(openMongo)
  onTestFinished(server.close)
  return server
}
