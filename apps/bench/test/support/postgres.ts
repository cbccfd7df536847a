import { inject, onTestFinished } from 'vitest'
import { openPostgres, type PostgresServer } from '../../src/postgres/server'

export const postgresIsThere = inject('postgresUrl') !== undefined

/** What opens a server of its own uses that of the tests. */
export async function onTestPostgres<Opened>(open: () => Promise<Opened>): Promise<Opened> {
  const before = process.env['DATABASE_URL']
  process.env['DATABASE_URL'] = inject('postgresUrl')
  try {
    return await open()
  } finally {
    if (before === undefined) delete process.env['DATABASE_URL']
    else process.env['DATABASE_URL'] = before
  }
}

/** A schema of one test's own. */
export async function testPostgres(): Promise<PostgresServer> {
  const server = await onTestPostgres(openPostgres)
  onTestFinished(server.close)
  return server
}
