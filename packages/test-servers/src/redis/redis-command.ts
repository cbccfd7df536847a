export interface RedisCommand {
  readonly port: number
  readonly directory: string
  readonly appendOnly?: boolean | undefined
  readonly replicaOf?: number | undefined
  readonly args?: readonly string[] | undefined
}

export function redisUrl(port: number): string {
  return `redis://127.0.0.1:${port}`
}

/** What to start a redis-server with, so that it listens here only and keeps its files in its folder. */
export function redisArgs({ port, directory, appendOnly, replicaOf, args = [] }: RedisCommand): string[] {
  return [
    ...['--bind', '127.0.0.1', '--port', String(port), '--dir', directory],
    ...['--save', '', '--daemonize', 'no', '--repl-diskless-sync-delay', '0'],
    ...(appendOnly ? ['--appendonly', 'yes', '--appendfsync', 'always'] : ['--appendonly', 'no']),
    ...(replicaOf === undefined ? [] : ['--replicaof', '127.0.0.1', String(replicaOf)]),
    ...args,
  ]
}
