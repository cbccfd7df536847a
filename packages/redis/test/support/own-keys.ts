import type { Redis } from 'ioredis'
import { afterAll } from 'vitest'

/** Makes keys for the tests of a file, which nobody else has below this prefix, and removes what is left of them. */
export function ownKeys(client: Redis, prefix: string): () => string {
  let keys = 0
  afterAll(async () => {
    const left = await client.keys(`${prefix}${process.pid}:*`)
    if (left.length > 0) await client.del(left)
  })
  return () => `${process.pid}:${++keys}`
}
