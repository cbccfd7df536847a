import { inject, onTestFinished } from 'vitest'
import { openPostgres, type PostgresServer } from '../../src/postgres/server'
import { withVariable } from './with-variable'

const url = inject('postgresUrl')

export const postgresIsThere = url !== undefined

/** What opens a server of its own uses that of the tests. */
export const onTestPostgres = <Opened>(open: () => Promise<Opened>): Promise<Opened> =>
  withVariable('DATABASE_URL', url, open)

/** A schema of one test's own. */
export async function testPostgres(): Promise<PostgresServer> {
  const server = await onTestPostgres(openPostgres)
  onTestFinished(server.close)
  return server
}
