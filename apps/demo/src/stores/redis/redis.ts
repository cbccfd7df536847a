import { RedisLockStore, RedisStore } from '@idem/redis'
import { Redis, type RedisOptions } from 'ioredis'
import { tsImport } from 'tsx/esm/api'
import { StartError } from '../../start-error'
import type { Note, OpenStore, StoreKind, StorePlace } from '../store-kind'
import { redisTables } from './redis-table'

/** Stands in front of every key: a Redis that others use as well stays tidy. */
const PREFIX = 'demo:'

/** Records in Redis: whoever asks the same server shares them. */
export const redis: StoreKind = {
  shared: true,
  variable: 'REDIS_URL',
  locate: ({ REDIS_URL: url }) => (url ? given(url) : own()),
  open,
}

/** How a service wants ioredis to be, as against a script that may wait. */
export const SERVICE = {
  // While the server is away, calls fail at once, and clients are told to come back. Queued instead, a claim could
  // arrive after the service has given it up, and keep its token busy with nobody at work on it.
  enableOfflineQueue: false,
  // The same for what was on its way when the connection broke. Whether it may be sent again is for idem to say,
  // which knows by whom it was meant; the driver would do so in any case, twenty times.
  maxRetriesPerRequest: 0,
  // A firewall that drops packets is found out before a client loses patience; the driver would give it 10 s.
  connectTimeout: 2000,
  // Back within a second of the server, for ever, and not all processes at the same instant.
  retryStrategy: (times: number) => Math.min(50 * 2 ** times, 800) + Math.random() * 200,
} satisfies RedisOptions

async function given(url: string): Promise<StorePlace> {
  const client = new Redis(url, { ...SERVICE, lazyConnect: true, retryStrategy: () => null })
  const where = `${client.options.host}:${client.options.port}`
  // What connect() rejects with says less than the event that comes before.
  let reason: NodeJS.ErrnoException | undefined
  client.on('error', (error) => {
    reason = error
  })
  try {
    await client.connect()
    return { url, described: `in Redis at ${where} (REDIS_URL)`, close: async () => {} }
  } catch (error) {
    const { message, code } = reason ?? (error as NodeJS.ErrnoException)
    throw new StartError(
      `REDIS_URL is set, but no Redis answers at ${where}: ${message || code}. ` +
        'Start that server, or unset REDIS_URL: then one is started for the demo.',
    )
  } finally {
    client.disconnect()
  }
}

async function own(): Promise<StorePlace> {
  // Not loaded unless it is needed, and from its sources: it is never published, and so not built.
  const servers: typeof import('@idem/test-servers') = await tsImport('@idem/test-servers', import.meta.url)
  const server = await servers.startRedis({ progress: console.log })
  if ('reason' in server) {
    throw new StartError(
      `There is no Redis, and none could be started:\n${server.reason}\nStart one yourself and say where: REDIS_URL=redis://localhost:6379`,
    )
  }
  const { host } = new URL(server.url)
  return {
    url: server.url,
    described: `in a Redis started for the demo, at ${host} (${server.source}), and gone with it`,
    close: () => server.stop(),
  }
}

async function open(url: string, note: Note): Promise<OpenStore> {
  const client = new Redis(url, SERVICE)
  // Hears of answers as they are recorded, so that whoever waits for one is told at once.
  const subscriber = client.duplicate()
  const connections = [client, subscriber]
  // Both lose the same server, so one of them tells; without a listener ioredis would print every attempt.
  subscriber.on('error', () => {})
  const stopTelling = tellOutages(client, note)
  await Promise.all(connections.map(triedToConnect))
  return {
    store: new RedisStore(client, { prefix: PREFIX, subscriber }),
    locks: new RedisLockStore(client, { prefix: `${PREFIX}lock:`, subscriber }),
    tables: redisTables(client, PREFIX),
    close: async () => {
      stopTelling()
      for (const connection of connections) connection.disconnect()
    },
  }
}

/** Resolves as soon as the connection is there, or has failed for the first time. */
export function triedToConnect(client: Redis): Promise<void> {
  return new Promise((resolve) => {
    client.once('ready', resolve).once('close', resolve)
  })
}

function tellOutages(client: Redis, note: Note): () => void {
  let away = false
  const onReady = () => {
    if (away) note('Redis is back')
    away = false
  }
  const onClose = () => {
    if (!away) note('Redis is away: until it is back, payments are told to come again')
    away = true
  }
  client.on('error', () => {})
  client.on('ready', onReady).on('close', onClose)
  return () => client.off('ready', onReady).off('close', onClose)
}
