import { firstAvailable, type ServerSource } from '../first-available'
import { fixedPort } from '../fixed-port'
import { neverPrivate } from '../never-private'
import { type PrivateServer, startPrivate } from '../supervision/private-server'
import type { StartOptions, Unavailable } from '../test-server'
import { unprivilegedUser } from '../unprivileged-user'
import { fromPostgresBinaries, type Locate } from './postgres-binaries'
import { type PostgresSettings, postgresCluster } from './postgres-cluster'

export interface PrivatePostgresOptions extends StartOptions {
  /** Of `postgresql.conf`, as on a command line: `{ max_connections: '20' }`. */
  readonly settings?: PostgresSettings
}

/**
 * A PostgreSQL server of one test's own, to be killed, restarted, paused and configured. It writes each commit to disk
 * before it is answered, and recovers from a kill with all that it has answered. Killing it kills the processes of its
 * connections too, all at once, as the machine's end would; pausing stops them all.
 *
 * @example
 * const postgres = await startPrivatePostgres()
 * if ('reason' in postgres) throw new Error(postgres.reason)
 * await postgres.kill()
 * await postgres.restart()
 */
export function startPrivatePostgres({
  settings = {},
  progress,
}: PrivatePostgresOptions = {}): Promise<PrivateServer | Unavailable> {
  const sources: ServerSource<Omit<PrivateServer, 'source'>>[] = [
    ...fromPostgresBinaries('a private PostgreSQL', (locate) => startPrivateBinaries(locate, settings)),
    ...neverPrivate('DATABASE_URL'),
  ]
  return firstAvailable(sources, progress)
}

function startPrivateBinaries(locate: Locate, settings: PostgresSettings) {
  return startPrivate(async (place) => {
    const all = { max_connections: '200', ...settings }
    const command = await postgresCluster(place, await locate(place), await fixedPort(), all)
    return { ...command, hasFamily: true }
  }, unprivilegedUser())
}
