import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ServerCommand, ServerPlace } from '../supervision/supervise-from'
import { pingPostgres } from './ping-postgres'

/** What may be said on a server's command line. */
export type PostgresSettings = Readonly<Record<string, string>>

/** Makes an empty database, and says how to run the server of it, which listens here only. */
export async function postgresCluster(
  place: ServerPlace,
  folder: string,
  port: number,
  settings: PostgresSettings,
): Promise<ServerCommand> {
  const data = dataFolder(place)
  const initArgs = ['--pgdata', data, '--username', 'postgres', '--auth', 'trust']
  const sync = settings['fsync'] === 'off' ? ['--no-sync'] : []
  await promisify(execFile)(
    join(folder, 'initdb'),
    [...initArgs, ...sync, '--encoding', 'UTF8', '--locale', 'C'],
    { ...place.user, cwd: place.directory },
  )
  return postgresCommand(data, folder, port, settings)
}

/** Copies the database of a server that does not run at this moment, and says how to run a standby of that server. */
export async function standbyCluster(
  place: ServerPlace,
  folder: string,
  port: number,
  settings: PostgresSettings,
  primary: { readonly data: string; readonly port: number },
): Promise<ServerCommand> {
  const data = dataFolder(place)
  const mine = { ...place.user, cwd: place.directory }
  await promisify(execFile)('cp', ['-R', '-p', primary.data, data], mine)
  await promisify(execFile)('touch', [join(data, 'standby.signal')], mine)
  const primary_conninfo = `host=127.0.0.1 port=${primary.port} user=postgres`
  return postgresCommand(data, folder, port, { ...settings, primary_conninfo })
}

export function dataFolder({ directory }: ServerPlace): string {
  return join(directory, 'data')
}

function postgresCommand(
  data: string,
  folder: string,
  port: number,
  settings: PostgresSettings,
): ServerCommand {
  const listen = { listen_addresses: '127.0.0.1', port: String(port), unix_socket_directories: '' }
  return {
    url: postgresUrl(port),
    command: join(folder, 'postgres'),
    args: ['-D', data, ...settingArgs({ ...settings, ...listen })],
    stopSignal: 'SIGQUIT',
    ping: pingPostgres,
  }
}

export function settingArgs(settings: PostgresSettings): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

export function postgresUrl(port: number): string {
  return `postgres://postgres@127.0.0.1:${port}/postgres`
}
