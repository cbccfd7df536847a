import type { MongoClient } from 'mongodb'
import type { PrivateServer } from '../supervision/private-server'
import type { TestServer, Unavailable } from '../test-server'
import { startPrivateMongo } from './private-mongo'
import { withMongo } from './with-mongo'

/** What can be asked of a server. */
export type MongoAbility = 'change streams' | 'fail points'

/** What some servers that speak MongoDB's protocol cannot do, and a replica set of `mongod` can. */
const abilities: Record<MongoAbility, (client: MongoClient) => Promise<unknown>> = {
  'change streams': async (client: MongoClient) => {
    const stream = client.db('idem_abilities').watch()
    await stream.tryNext()
    await stream.close()
  },
  /** Needs `enableTestCommands`, which servers that are meant to be used do not have. */
  'fail points': (client: MongoClient) =>
    client.db('admin').command({ configureFailPoint: 'failCommand', mode: 'off' }),
}

/**
 * The server at `url` if it can do this; otherwise one that is started for the purpose, if one can be had.
 *
 * @example
 * const mongo = serverOrSkip('a MongoDB with change streams', await mongoWith('change streams', inject('mongoUrl')))
 * afterAll(() => mongo?.stop())
 * describe.skipIf(mongo === undefined)('waiters that are woken', …)
 */
export async function mongoWith(
  ability: MongoAbility,
  url: string | undefined,
): Promise<TestServer | PrivateServer | Unavailable> {
  const lacks = url === undefined ? 'there is none' : await lackOf(ability, url)
  if (url !== undefined && lacks === undefined)
    return { url, source: 'as for all tests', stop: async () => {} }
  const server = await startPrivateMongo()
  if (!('reason' in server)) return server
  return { ...server, reason: `the server for all tests: ${lacks}\n${server.reason}` }
}

/** What the server says when it is asked to. */
async function lackOf(ability: MongoAbility, url: string): Promise<string | undefined> {
  try {
    await withMongo(url, abilities[ability])
    return undefined
  } catch (error) {
    return `${ability}: ${error instanceof Error ? error.message : String(error)}`
  }
}
