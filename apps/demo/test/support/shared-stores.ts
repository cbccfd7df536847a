import type { PrivateServer } from '@idem/test-servers'
import { privatePostgres } from './private-postgres'
import { privateRedis } from './private-redis'

/** A store that several processes can share. */
export interface SharedStore {
  readonly title: string
  /** `undefined` where the tests of it are to be skipped. */
  readonly server: PrivateServer | undefined
  /** Starts the service on it. */
  readonly flags: readonly string[]
  readonly env: Record<string, string>
  /** What the service says of it. */
  readonly records: string
}

/** Each with a server for the tests of one file. */
export async function sharedStores(): Promise<SharedStore[]> {
  const [redis, postgres] = await Promise.all([privateRedis(), privatePostgres()])
  return [
    {
      title: 'Redis',
      server: redis,
      flags: ['--store', 'redis'],
      env: { REDIS_URL: redis?.url ?? '' },
      records: `in Redis at 127.0.0.1:${redis?.port} (REDIS_URL)`,
    },
    {
      title: 'PostgreSQL',
      server: postgres,
      flags: ['--store', 'postgres'],
      env: { DATABASE_URL: postgres?.url ?? '' },
      records: `in PostgreSQL at 127.0.0.1:${postgres?.port}, in the schema demo of the database postgres (DATABASE_URL)`,
    },
  ]
}
