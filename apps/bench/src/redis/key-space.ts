import type { Redis } from 'ioredis'

/** Every Redis key whose name contains the text. */
export async function* keysContaining(client: Redis, text: string): AsyncGenerator<string[]> {
  let cursor = '0'
  do {
    const [next, keys] = await client.scan(cursor, 'MATCH', `*${text}*`, 'COUNT', 1000)
    cursor = next
    if (keys.length > 0) yield keys
  } while (cursor !== '0')
}

/** Removes what this run has written, and nothing else: the server may be somebody's. */
export async function removeKeys(client: Redis, mark: string): Promise<void> {
  for await (const keys of keysContaining(client, mark)) await client.unlink(...keys)
}
