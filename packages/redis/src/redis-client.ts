/**
 * A client of ioredis 5 or 6, for a single server, a primary found by Sentinel, or a cluster. It stays the user's own.
 *
 * Told by what is used of it: the classes of two versions, or with other settings, are strangers to the compiler.
 */
export interface RedisClient {
  readonly isCluster: boolean
  readonly options: { readonly keyPrefix?: string | undefined }
  pipeline(commands: unknown[][]): { exec(): Promise<[error: Error | null, result: unknown][] | null> }
  subscribe(...channels: string[]): Promise<unknown>
  unsubscribe(...channels: string[]): Promise<unknown>
  on(event: string, listener: (...args: unknown[]) => void): unknown
  off(event: string, listener: (...args: unknown[]) => void): unknown
}

/** What a single server offers beyond. */
export interface RedisServer extends RedisClient {
  readonly options: RedisClient['options'] & {
    readonly host?: string | undefined
    readonly port?: number | undefined
    readonly path?: string | undefined
  }
  info(section: string): Promise<string>
  scan(
    cursor: string,
    matching: 'MATCH',
    pattern: string,
    counting: 'COUNT',
    count: number,
  ): Promise<[cursor: string, keys: string[]]>
}

/** What a cluster offers beyond. */
export interface RedisClusterClient extends RedisClient {
  readonly status: string
  time(): Promise<unknown>
  nodes(role: 'master'): RedisServer[]
}

/** What streams need beyond. */
export interface RedisStreamClient extends RedisClient {
  call(command: string, ...args: (string | number)[]): Promise<unknown>
}
