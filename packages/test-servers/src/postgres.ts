import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { fromDocker } from './docker'
import { packagedPostgres } from './embedded-postgres'
import { findBinary, realFolder, searchPath } from './find-binary'
import { firstAvailable, type ServerSource } from './first-available'
import { freePort } from './free-port'
import { fromEnvironment } from './from-environment'
import type { ServerPlace } from './supervision/supervise-from'
import { startSupervised } from './supervision/supervised-server'
import type { StartOptions, TestServer, Unavailable } from './test-server'
import { unprivilegedUser } from './unprivileged-user'

/** Durability is for data that someone wants back. */
const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' }

export const postgresSources: readonly ServerSource[] = [
  fromEnvironment('DATABASE_URL', pingPostgres),
  {
    name: 'this machine',
    async start(progress) {
      const binary = findBinary(['postgres'], [...debianFolders(), ...searchPath()])
      if (!binary) throw new Error('no postgres in PATH or /usr/lib/postgresql')
      progress?.(`starting PostgreSQL from ${binary} …`)
      return startBinaries(async () => realFolder(binary))
    },
  },
  {
    name: 'embedded-postgres package',
    start(progress) {
      progress?.('starting PostgreSQL from the embedded-postgres package …')
      return startBinaries(packagedPostgres)
    },
  },
  fromDocker({
    image: 'postgres:18-alpine',
    port: 5432,
    options: ['--env', 'POSTGRES_HOST_AUTH_METHOD=trust', '--tmpfs', '/var/lib/postgresql'],
    args: () => settingArgs(),
    url: databaseUrl,
    ping: pingPostgres,
  }),
]

/** A PostgreSQL server with an empty database. */
export function startPostgres({ progress }: StartOptions = {}): Promise<TestServer | Unavailable> {
  return firstAvailable(postgresSources, progress)
}

function startBinaries(locate: (place: ServerPlace) => Promise<string>) {
  return startSupervised(async (place) => {
    const folder = await locate(place)
    const data = join(place.directory, 'data')
    const initArgs = ['--pgdata', data, '--username', 'postgres', '--auth', 'trust', '--no-sync']
    await promisify(execFile)(join(folder, 'initdb'), [...initArgs, '--encoding', 'UTF8', '--locale', 'C'], {
      ...place.user,
      cwd: place.directory,
    })
    const port = await freePort()
    const listen = { listen_addresses: '127.0.0.1', port: String(port), unix_socket_directories: '' }
    return {
      url: databaseUrl(port),
      command: join(folder, 'postgres'),
      args: ['-D', data, ...settingArgs(listen)],
      stopSignal: 'SIGQUIT',
      ping: pingPostgres,
    }
  }, unprivilegedUser())
}

function settingArgs(more: Record<string, string> = {}): string[] {
  return Object.entries({ ...settings, ...more }).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

/** Debian keeps the servers out of PATH, one folder a version: the newest first. */
function debianFolders(): string[] {
  const root = '/usr/lib/postgresql'
  try {
    const versions = readdirSync(root).sort((a, b) => Number(b) - Number(a))
    return versions.map((version) => join(root, version, 'bin'))
  } catch {
    return []
  }
}

function databaseUrl(port: number): string {
  return `postgres://postgres@127.0.0.1:${port}/postgres`
}

async function pingPostgres(url: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  // A connection cut while it is being tried is told by connect() as well.
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query('SELECT 1')
  } finally {
    await client.end()
  }
}
