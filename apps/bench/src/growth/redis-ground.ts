import { freemem } from 'node:os'
import { RedisStore } from '@idem/redis'
import { type PrivateServer, startPrivateRedis } from '@idem/test-servers'
import { connect } from '../redis/connect'
import { nameOf } from '../redis/server'
import { keySource } from '../work/key-source'
import { type Filling, type GrownStore, grownKey, settleOne } from './grown-store'
import type { Ground } from './growth'

const AT_ONCE = 256
/** Records between two looks at whether to go on. */
const STRETCH = 10_000
const KEYS_PER_COMMAND = 1000

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
      if ('reason' in server) throw new Error(`no Redis can be had:\n${server.reason}`)
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
    return {
      description: `${nameOf(await client.info('server'))} (from ${server.source})`,
      store,
      async fill(from, to, { signal, filled }: Filling) {
        for (let first = from; first < to; first += STRETCH) {
          signal.throwIfAborted()
          let next = first
          const end = Math.min(first + STRETCH, to)
          const lane = async () => {
            while (next < end) await settleOne(store, grownKey(mark, next++))
          }
          await Promise.all(Array.from({ length: AT_ONCE }, lane))
          filled(end)
        }
      },
      // Nothing is left to be done: it keeps all in memory, and writes no snapshots.
      settle: async () => {},
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
