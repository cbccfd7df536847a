import { fromDocker } from '../docker'
import { firstAvailable, type ServerSource } from '../first-available'
import { freePort } from '../free-port'
import { fromEnvironment } from '../from-environment'
import { startSupervised } from '../supervision/supervised-server'
import type { StartOptions, TestServer, Unavailable } from '../test-server'
import { unprivilegedUser } from '../unprivileged-user'
import { pingPostgres } from './ping-postgres'
import { fromEmbeddedPostgres, fromPostgresBinaries, type Locate } from './postgres-binaries'
import { type PostgresSettings, postgresCluster, postgresUrl, settingArgs } from './postgres-cluster'

export interface StartPostgresOptions extends StartOptions {
  /**
   * Writes each commit to disk before it is answered, as a server does whose data someone wants back.
   *
   * @defaultValue `false`. One that `DATABASE_URL` names is as it is
   */
  readonly durable?: boolean
}

const hasty: PostgresSettings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }
const roomy: PostgresSettings = { max_connections: '200' }

export const postgresSources: readonly ServerSource[] = sources(hasty)

/** A PostgreSQL server with an empty database. */
export function startPostgres({
  progress,
  durable = false,
}: StartPostgresOptions = {}): Promise<TestServer | Unavailable> {
  return firstAvailable(sources(durable ? {} : hasty), progress)
}

/** PostgreSQL 18 with an empty database, whatever the machine or the environment has besides. */
export function startEmbeddedPostgres({ progress }: StartOptions = {}): Promise<TestServer | Unavailable> {
  const start = (locate: Locate) => startBinaries(locate, { ...hasty, ...roomy })
  return firstAvailable([fromEmbeddedPostgres('PostgreSQL 18', start)], progress)
}

function sources(durability: PostgresSettings): ServerSource[] {
  const settings = { ...durability, ...roomy }
  const fromHere = [
    fromEnvironment('DATABASE_URL', pingPostgres),
    ...fromPostgresBinaries('PostgreSQL', (locate) => startBinaries(locate, settings)),
  ]
  if (process.env['POSTGRES_BIN']) return fromHere
  return [
    ...fromHere,
    fromDocker({
      image: 'postgres:18-alpine',
      port: 5432,
      options: ['--env', 'POSTGRES_HOST_AUTH_METHOD=trust', '--tmpfs', '/var/lib/postgresql'],
      args: () => settingArgs(settings),
      url: postgresUrl,
      ping: pingPostgres,
    }),
  ]
}

function startBinaries(locate: Locate, settings: PostgresSettings) {
  return startSupervised(
    async (place) => postgresCluster(place, await locate(place), await freePort(), settings),
    unprivilegedUser(),
  )
}
