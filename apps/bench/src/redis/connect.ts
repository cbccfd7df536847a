import { Redis } from 'ioredis'

/** The same client, with the same settings, for floors, for idem and for the loop: ioredis with its defaults. */
export async function connect(url: string): Promise<Redis> {
  const client = new Redis(url, { lazyConnect: true })
  await client.connect()
  return client
}
