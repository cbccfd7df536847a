import { Redis } from 'ioredis'
import { afterAll, inject } from 'vitest'
import { removeKeys } from '../../src/redis/key-space'
import { keySource } from '../../src/work/key-source'

/** The tests' Redis, if there is one, with keys of this file's own; they are removed in the end. */
export function testRedis() {
  const url = inject('redisUrl')
  const keys = keySource()
  // Connects when it is first used, and so not at all where the tests are skipped.
  const client = new Redis(url ?? '', { lazyConnect: true })
  afterAll(async () => {
    if (url !== undefined) await removeKeys(client, keys.mark)
    client.disconnect()
  })
  return { isThere: url !== undefined, url: url ?? '', client, keys }
}
