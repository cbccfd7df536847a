import { serverOrSkip, startPrivateRedis } from '@idem/test-servers'
import type { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RedisStore } from '../src/index'
import { openClients } from './support/open-clients'
import { aClaim } from './support/requests'

const COUNT = 2000

const server = serverOrSkip('a private Redis', await startPrivateRedis({ appendOnly: true }))

describe.skipIf(server === undefined)('a walk over all records', () => {
  const url = server?.url ?? ''
  const open = openClients()
  const client = open(url)
  const store = new RedisStore(client)

  beforeAll(() =>
    Promise.all(
      Array.from({ length: COUNT }, (_, i) => store.claim(aClaim(`walked ${i}`, { leaseMs: Infinity }))),
    ),
  )
  afterAll(() => server?.stop())

  /** The keys that a walk shows, which does something after its first pages. */
  async function walk(by: RedisStore, limits: (page: number) => number, act: (page: number) => unknown) {
    const seen = new Set<string>()
    let [cursor, pages] = [undefined as string | undefined, 0]
    do {
      const page = await by.list({ prefix: '', limit: limits(pages), cursor })
      for (const { key } of page.records) seen.add(key)
      cursor = page.cursor
      await act(++pages)
    } while (cursor !== undefined)
    return { seen, pages }
  }

  test('shows each once where nothing happens', async () => {
    const { seen, pages } = await walk(
      store,
      () => 100,
      () => {},
    )
    expect(seen.size).toBe(COUNT)
    expect(pages).toBeLessThan(COUNT / 50)
  })

  test('misses none when the server is restarted between two pages', async () => {
    const restart = async (page: number) => {
      if (page === 8) await server?.restart()
    }
    const { seen } = await walk(store, () => 100, restart)
    expect(seen.size).toBe(COUNT)
  })

  test('misses none when the server is restarted within the last page', async () => {
    let isDue = false
    const restarting = new Proxy(client, {
      get(target: Redis, name) {
        const value: unknown = Reflect.get(target, name)
        if (typeof value !== 'function') return value
        if (name !== 'scan') return value.bind(target)
        return async (...args: unknown[]) => {
          if (isDue) await server?.restart()
          isDue = false
          return value.apply(target, args)
        }
      },
    })
    const { seen } = await walk(
      new RedisStore(restarting),
      (page) => (page === 0 ? COUNT / 2 : 10 * COUNT),
      (page) => {
        isDue = page === 1
      },
    )
    expect(seen.size).toBe(COUNT)
  })

  test('goes on where the server does not tell who it is', async () => {
    await client.acl('SETUSER', 'walker', 'on', '>secret', '~*', '+@all', '-info', 'allchannels')
    const walker = open(url, { username: 'walker', password: 'secret', enableReadyCheck: false })
    const { seen } = await walk(
      new RedisStore(walker),
      () => 500,
      () => {},
    )
    expect(seen.size).toBe(COUNT)
  })
})
