import { RedisStore } from '@idem/redis'
import { Cluster, Redis, type RedisOptions } from 'ioredis'
import { misused } from '../failure'
import type { OpenStore, StorePlace } from './open-store'
import { ANSWER_MS, CONNECT_MS, inTime, NAME } from './patience'

export async function openRedis(place: StorePlace): Promise<OpenStore> {
  if (!URL.canParse(place.url)) {
    throw misused('the URL of the store cannot be parsed; special characters of a password are to be escaped')
  }
  const prefix = place.text('prefix') ?? ''
  const client = place.flag('cluster') ? openCluster(place.url) : new Redis(place.url, OPTIONS)
  // Whatever follows upon what went wrong first says less: "Connection is closed."
  let first: unknown
  client.on('error', (error) => {
    first ??= error
  })
  try {
    await inTime(client.connect())
  } catch (error) {
    client.disconnect()
    throw first ?? error
  }
  return {
    store: new RedisStore(client, { prefix }),
    title: `Redis at ${place.shownUrl}, ${prefix ? `prefix ${prefix}` : 'no prefix'}`,
    close: async () => client.disconnect(),
  }
}

/** Who looks is told at once that a server has gone; who goes on looking finds it when it is back. */
const OPTIONS = {
  lazyConnect: true,
  connectionName: NAME,
  connectTimeout: CONNECT_MS,
  disconnectTimeout: 100,
  commandTimeout: ANSWER_MS,
  maxRetriesPerRequest: 1,
  retryStrategy: () => 500,
} satisfies RedisOptions

function openCluster(url: string): Cluster {
  const { protocol, hostname, port, username, password } = new URL(url)
  return new Cluster(
    [{ host: hostname.replace(/^\[(.*)\]$/, '$1') || '127.0.0.1', port: Number(port || 6379) }],
    {
      lazyConnect: true,
      clusterRetryStrategy: (times) => (times > 2 ? null : 500),
      redisOptions: {
        connectionName: NAME,
        connectTimeout: CONNECT_MS,
        commandTimeout: ANSWER_MS,
        ...(username && { username: decodeURIComponent(username) }),
        ...(password && { password: decodeURIComponent(password) }),
        ...(protocol === 'rediss:' && { tls: {} }),
      },
    },
  )
}
