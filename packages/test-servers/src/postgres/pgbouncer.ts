import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { firstAvailable, type ServerSource } from '../first-available'
import { freePort } from '../free-port'
import { fromApt, fromBinaries, onThisMachine } from '../server-binary'
import { startSupervised } from '../supervision/supervised-server'
import type { StartOptions, TestServer, Unavailable } from '../test-server'
import { unprivilegedUser } from '../unprivileged-user'
import { pingPostgres } from './ping-postgres'

export interface PgBouncerOptions extends StartOptions {
  /** Of `pgbouncer.ini`: `{ default_pool_size: '3' }`. */
  readonly settings?: Readonly<Record<string, string>>
}

export interface PgBouncer extends TestServer {
  /** Whether it gives each client its prepared statements, whatever connection it has: since PgBouncer 1.21. */
  readonly knowsPreparedStatements: boolean
}

const names = ['pgbouncer']

/**
 * A PgBouncer in front of the PostgreSQL server at `target`, in transaction mode: a client has a connection of the server
 * from BEGIN to COMMIT, or for a statement, and then somebody else has it.
 */
export function startPgBouncer(
  target: string,
  { settings = {}, progress }: PgBouncerOptions = {},
): Promise<PgBouncer | Unavailable> {
  const start = (binary: string) => startBinary(binary, target, settings)
  const sources: ServerSource<Omit<PgBouncer, 'source'>>[] = [
    ...fromBinaries('PgBouncer', [onThisMachine(names), fromApt('pgbouncer', names)], start),
    {
      name: 'Docker',
      start: () =>
        Promise.reject(new Error('from a container nothing on 127.0.0.1 of this machine is reached')),
    },
  ]
  return firstAvailable(sources, progress)
}

async function startBinary(binary: string, target: string, settings: Readonly<Record<string, string>>) {
  const knowsPreparedStatements = await isSince121(binary)
  const server = await startSupervised(async ({ directory }) => {
    const port = await freePort()
    const file = join(directory, 'pgbouncer.ini')
    writeFileSync(file, configuration(new URL(target), port, knowsPreparedStatements, settings))
    const url = new URL(target)
    url.hostname = '127.0.0.1'
    url.port = String(port)
    return { url: url.href, command: binary, args: [file], stopSignal: 'SIGKILL', ping: pingPostgres }
  }, unprivilegedUser())
  return { ...server, knowsPreparedStatements }
}

async function isSince121(binary: string): Promise<boolean> {
  const { stdout } = await promisify(execFile)(binary, ['--version'])
  const [, major, minor] = /PgBouncer (\d+)\.(\d+)/.exec(stdout) ?? []
  return Number(major) > 1 || Number(minor) >= 21
}

function configuration(
  target: URL,
  port: number,
  prepared: boolean,
  settings: Readonly<Record<string, string>>,
): string {
  const server = {
    host: target.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: target.port || '5432',
    user: decodeURIComponent(target.username),
    ...(target.password && { password: decodeURIComponent(target.password) }),
  }
  const all = {
    listen_addr: '127.0.0.1',
    listen_port: String(port),
    unix_socket_dir: '',
    // Whoever comes is let in, as the user that is given above: it listens here only.
    auth_type: 'any',
    pool_mode: 'transaction',
    max_client_conn: '1000',
    ...(prepared && { max_prepared_statements: '100' }),
    ...settings,
  }
  const connection = Object.entries(server).map(([name, value]) => `${name}='${value.replaceAll("'", "''")}'`)
  const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}`)
  return `[databases]\n* = ${connection.join(' ')}\n\n[pgbouncer]\n${lines.join('\n')}\n`
}
