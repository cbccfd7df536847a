import { Redis } from 'ioredis'

/** Resolves when a Redis answers at `url`, and has loaded what it keeps. */
export async function pingRedis(url: string): Promise<void> {
  await askRedis(url, (client) => client.ping())
}

/** The same for a Valkey, which a Redis is not. */
export async function pingValkey(url: string): Promise<void> {
  const info = await askRedis(url, (client) => client.info('server'))
  if (!/^(server_name:valkey|valkey_version:)/m.test(info)) throw new Error('what answers is no Valkey')
}

/** One question to the server at `url`, through a connection of its own. */
export async function askRedis<Answer>(
  url: string,
  question: (client: Redis) => Promise<Answer>,
): Promise<Answer> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null, connectTimeout: 5_000 })
  // connect() rejects with a bare "Connection is closed."; why it is closed comes with the event.
  let cause: unknown
  client.on('error', (error) => {
    cause = error
  })
  try {
    await client.connect()
    return await question(client)
  } catch (error) {
    throw cause ?? error
  } finally {
    client.disconnect()
  }
}
