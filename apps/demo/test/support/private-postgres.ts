import {
  type PrivatePostgresOptions,
  type PrivateServer,
  serverOrSkip,
  startPrivatePostgres,
} from '@idem/test-servers'
import { Client } from 'pg'
import { afterAll, onTestFinished } from 'vitest'

/** A PostgreSQL for the tests of one file, which the tests may kill; `undefined` where they are to be skipped. */
export async function privatePostgres(options?: PrivatePostgresOptions): Promise<PrivateServer | undefined> {
  const server = serverOrSkip('a private PostgreSQL', await startPrivatePostgres(options))
  afterAll(() => server?.stop())
  return server
}

/** A look at the server from outside, until the test ends. */
export async function connectTo(server: PrivateServer | undefined): Promise<Client> {
  const client = new Client({ connectionString: server?.url })
  client.on('error', () => {})
  await client.connect()
  onTestFinished(() => client.end())
  return client
}
