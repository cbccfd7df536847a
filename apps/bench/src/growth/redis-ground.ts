import { freemem } from 'node:os'
import { RedisStore } from '@idem/redis'
import { startPrivateRedis } from '@idem/test-servers'
import type { Redis } from 'ioredis'
import { NoServer } from '../no-server'
import { connect } from '../redis/connect'
import { nameOf } from '../redis/server'
import { keySource } from '../work/key-source'
import { type Filling, type GrownStore, grownKey, settleOne } from './grown-store'
import type { Ground } from './growth'

const KEYS_PER_COMMAND = 1000
const LOOKS_PER_COMMAND = 100_000

/** The record of the first key under all the others, with the time that it has left. */
const COPY = `for i = 2, #KEYS do redis.call('COPY', KEYS[1], KEYS[i]) end`
const LOOK = `for i = 1, ARGV[1] do redis.call('PTTL', KEYS[1]) end`

/**
 * Two databases of one server: each has a table of keys of its own, which is what grows. With a server each, it would be seen which of
 * the two the system runs on the core of whoever asks: there a call takes half as long.
 */
export async function redisGround(): Promise<Ground> {
  const { mark } = keySource()
  const server = await startPrivateRedis()
  if ('reason' in server) throw new NoServer('Redis', server.reason)
  const clients: Redis[] = []
  const close = async () => {
    for (const client of clients) client.disconnect()
    await server.stop()
  }
  try {
    for (const database of [0, 1]) clients.push(await connect(`${server.url}/${database}`))
    const [grown, small] = clients as [Redis, Redis]
    const description = `${nameOf(await grown.info('server'))} (from ${server.source})`
    return {
      server: description,
      mark,
      grown: grownDatabase(grown, mark),
      small: grownDatabase(small, mark),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

function grownDatabase(client: Redis, mark: string): GrownStore {
  const store = new RedisStore(client)
  const used = async () => Number(/^used_memory:(\d+)/m.exec(await client.info('memory'))?.[1])
  /** Before the first record: the other database is filled by then. */
  let usedBefore: number | undefined
  let records = 0
  return {
    store,
    async fill(from, to, filling) {
      if (from === 0) {
        usedBefore = await used()
        // All are copies of one that the store itself has made.
        await settleOne(store, grownKey(mark, 0))
      }
      await copy(client, mark, Math.max(from, 1), to, filling)
      records = to
    },
    // Each look moves a part of the table of keys, where the server is still making it larger: there are no more parts than keys.
    async settle() {
      for (let looks = 0; looks < records; looks += LOOKS_PER_COMMAND) {
        await client.eval(LOOK, 1, grownKey(mark, 0), LOOKS_PER_COMMAND)
      }
    },
    async forget(keys) {
      for (let first = 0; first < keys.length; first += KEYS_PER_COMMAND) {
        await client.unlink(...keys.slice(first, first + KEYS_PER_COMMAND))
      }
    },
    async space() {
      const now = await used()
      return { taken: now - (usedBefore ?? now), free: freemem() }
    },
  }
}

async function copy(
  client: Redis,
  mark: string,
  from: number,
  to: number,
  { signal, filled }: Filling,
): Promise<void> {
  for (let first = from; first < to; first += KEYS_PER_COMMAND) {
    signal.throwIfAborted()
    const end = Math.min(first + KEYS_PER_COMMAND, to)
    const keys = Array.from({ length: end - first }, (_, index) => grownKey(mark, first + index))
    await client.eval(COPY, keys.length + 1, grownKey(mark, 0), ...keys)
    filled(end)
  }
}
