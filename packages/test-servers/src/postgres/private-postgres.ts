import { firstAvailable, type ServerSource } from '../first-available'
import { fixedPort } from '../fixed-port'
import { neverPrivate } from '../never-private'
import { type PrivateServer, startPrivate } from '../supervision/private-server'
import { smallDiskFolder, withSmallDisk } from '../supervision/small-disk'
import type { ServerPlace } from '../supervision/supervise-from'
import type { StartOptions, Unavailable } from '../test-server'
import { unprivilegedUser } from '../unprivileged-user'
import { fromPostgresBinaries, type Locate } from './postgres-binaries'
import { dataFolder, type PostgresSettings, postgresCluster, standbyCluster } from './postgres-cluster'

export interface PrivatePostgresOptions extends StartOptions {
  /** Of `postgresql.conf`, as on a command line: `{ max_connections: '20' }`. */
  readonly settings?: PostgresSettings
  /**
   * The server that it is to be a standby of: one that only reads, and follows. The primary is killed and restarted, for
   * its files are copied meanwhile.
   */
  readonly standbyOf?: PrivatePostgres
  /**
   * Gives it a disk of so many bytes, for a tablespace to be put there: one that can be filled. The disk is as empty
   * after a restart. Where none can be mounted (that takes Linux and root) there is no such server, in CI neither.
   */
  readonly smallDiskBytes?: number
}

export interface PrivatePostgres extends PrivateServer {
  /** The folder of its database. */
  readonly data: string
  /** The folder where the server, and nobody else, finds its small disk, if it has one. */
  readonly smallDisk: string
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
export async function startPrivatePostgres({
  progress,
  ...options
}: PrivatePostgresOptions = {}): Promise<PrivatePostgres | Unavailable> {
  const sources: ServerSource<Omit<PrivatePostgres, 'source'>>[] = [
    ...fromPostgresBinaries('a private PostgreSQL', (locate) => startPrivateBinaries(locate, options)),
    ...neverPrivate('DATABASE_URL'),
  ]
  return firstAvailable(sources, progress)
}

async function startPrivateBinaries(
  locate: Locate,
  { settings = {}, standbyOf, smallDiskBytes }: Omit<PrivatePostgresOptions, 'progress'>,
) {
  const cluster = async (place: ServerPlace) => {
    const folder = await locate(place)
    const all = { max_connections: '200', ...settings }
    if (!standbyOf) return postgresCluster(place, folder, await fixedPort(), all)
    await standbyOf.kill()
    try {
      return await standbyCluster(place, folder, await fixedPort(), all, standbyOf)
    } finally {
      await standbyOf.restart()
    }
  }
  const folders = { data: '', smallDisk: '' }
  const server = await startPrivate(async (place) => {
    folders.data = dataFolder(place)
    folders.smallDisk = smallDiskFolder(place)
    const command = { ...(await cluster(place)), hasFamily: true }
    return smallDiskBytes === undefined ? command : withSmallDisk(command, place, smallDiskBytes)
  }, unprivilegedUser())
  return { ...server, ...folders }
}
