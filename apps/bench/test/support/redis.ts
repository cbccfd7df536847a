import { afterAll, inject } from 'vitest'
import { connect } from '../../src/redis/connect'
import { removeKeys } from '../../src/redis/key-space'
import { keySource } from '../../src/work/key-source'

/** The tests' Redis, with keys of this file's own; they are removed in the end. */
export async function testRedis() {
  const url = inject('redisUrl')
  if (url === undefined) return undefined
  const client = await connect(url)
  const keys = keySource()
  afterAll(async () => {
    await removeKeys(client, keys.mark)
    client.disconnect()
  })
  return { url, client, keys }
}
