import { Redis } from 'ioredis'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { type PrivateRedisOptions, startPrivateRedis } from '../../src/redis/private-redis'
import { serverOrSkip } from '../../src/server-or-skip'
import type { PrivateServer } from '../../src/supervision/private-server'

const had = serverOrSkip('a private Redis', await startPrivateRedis())
afterAll(() => had?.stop())

const started: PrivateServer[] = []
const clients: Redis[] = []
afterEach(async () => {
  for (const client of clients.splice(0)) client.disconnect()
  await Promise.all(started.splice(0).map((server) => server.stop()))
})

async function start(options?: PrivateRedisOptions): Promise<PrivateServer> {
  const server = await startPrivateRedis(options)
  if ('reason' in server) throw new Error(server.reason)
  started.push(server)
  return server
}

function connect({ port }: { readonly port: number }): Redis {
  const client = new Redis(port, '127.0.0.1', { retryStrategy: () => 20, maxRetriesPerRequest: null })
  client.on('error', () => {})
  clients.push(client)
  return client
}

describe.skipIf(had === undefined)('startPrivateRedis', () => {
  it('keeps every key that was answered over a kill, with an append-only file', async () => {
    const server = await start({ appendOnly: true })
    const client = connect(server)
    let answered = 0
    const writes = Array.from({ length: 500 }, async (_, i) => {
      // One that is not answered may have been written or not.
      await client.set(`key ${i}`, i).then(
        () => answered++,
        () => {},
      )
    })
    await vi.waitFor(() => expect(answered).toBeGreaterThan(0), { interval: 1, timeout: 10_000 })
    await server.kill()
    const before = answered
    await server.restart()

    expect(await client.dbsize()).toBeGreaterThanOrEqual(before)
    expect(await client.get('key 0')).toBe('0')
    await Promise.all(writes)
  })

  it('keeps nothing over a kill without one', async () => {
    const server = await start()
    const client = connect(server)
    await client.set('key', 'value')
    await server.kill()
    await server.restart()
    expect(await client.get('key')).toBeNull()
  })

  it('does not answer while it is paused, and goes on where it was', async () => {
    const server = await start()
    const client = connect(server)
    await client.set('key', 'value')
    await server.pause()
    let answered = false
    const answer = client.get('key').finally(() => {
      answered = true
    })
    // A server that ran would answer within these 200 ms; a paused one never does.
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(answered).toBe(false)
    await server.resume()
    expect(await answer).toBe('value')
  })

  it('is configured by further arguments', async () => {
    const client = connect(
      await start({ args: ['--maxmemory', '10mb', '--maxmemory-policy', 'allkeys-lru'] }),
    )
    expect(await client.config('GET', 'maxmemory*')).toEqual(
      expect.arrayContaining(['10485760', 'allkeys-lru']),
    )
  })

  it('replicates another, whose keys it has when it is handed over', async () => {
    const master = await start()
    // Enough that it is not over before anyone could look.
    await connect(master).eval("for i = 1, 300000 do redis.call('SET', i, string.rep('x', 100)) end", 0)
    const replica = connect(await start({ replicaOf: master.port }))
    expect(await replica.dbsize()).toBe(300_000)
    await expect(replica.set('key', 'other')).rejects.toThrow('READONLY')
  })

  it('listens on 127.0.0.1 only', async () => {
    const server = await start()
    expect(new URL(server.url)).toMatchObject({ hostname: '127.0.0.1', port: String(server.port) })
    expect(await connect(server).config('GET', 'bind')).toEqual(['bind', '127.0.0.1'])
  })

  it('says from where it is started', async () => {
    const lines: string[] = []
    await start({ progress: (line) => lines.push(line) })
    expect(lines).toEqual([expect.stringMatching(/^starting a private Redis from .*-server …$/)])
  })
})
