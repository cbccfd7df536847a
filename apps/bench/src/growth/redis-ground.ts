import { freemem } from 'node:os'
import { RedisStore } from '@idem/redis'
import { type PrivateServer, startPrivateRedis } from '@idem/test-servers'
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

/** Two servers of our own: within one, keys would share what grows. */
export async function redisGround(): Promise<Ground> {
  const { mark } = keySource()
  const opened: { close(): Promise<void> }[] = []
  const close = async () => {
    await Promise.all(opened.map(({ close }) => close()))
  }
  try {
    const open = async () => {
      const server = await startPrivateRedis()
      if ('reason' in server) throw new NoServer('Redis', server.reason)
      const each = await grownServer(server, mark)
      opened.push(each)
      return each
    }
    const [grown, small] = [await open(), await open()]
    return { server: grown.description, mark, grown, small, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function grownServer(
  server: PrivateServer,
  mark: string,
): Promise<GrownStore & { readonly description: string; close(): Promise<void> }> {
  try {
    const client = await connect(server.url)
    const store = new RedisStore(client)
    const used = async () => Number(/^used_memory:(\d+)/m.exec(await client.info('memory'))?.[1])
    const usedEmpty = await used()
    let records = 0
    return {
      description: `${nameOf(await client.info('server'))} (from ${server.source})`,
      store,
      async fill(from, to, filling) {
        // All are copies of one that the store itself has made.
        if (from === 0) await settleOne(store, grownKey(mark, 0))
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
        return { taken: (await used()) - usedEmpty, free: freemem() }
      },
      async close() {
        client.disconnect()
        await server.stop()
      },
    }
  } catch (error) {
    await server.stop()
    throw error
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
