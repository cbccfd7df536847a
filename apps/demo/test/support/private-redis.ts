import {
  type PrivateRedisOptions,
  type PrivateServer,
  serverOrSkip,
  startPrivateRedis,
} from '@idem/test-servers'
import { afterAll } from 'vitest'

/** A Redis for the tests of one file, which the tests may kill; `undefined` where they are to be skipped. */
export async function privateRedis(options?: PrivateRedisOptions): Promise<PrivateServer | undefined> {
  const server = serverOrSkip('a private Redis', await startPrivateRedis(options))
  afterAll(() => server?.stop())
  return server
}
