import { Redis } from 'ioredis'
import { Client } from 'pg'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { startTcpProxy, type TcpProxy } from '../../src/proxy/tcp-proxy'

const redisUrl = inject('redisUrl')
const postgresUrl = inject('postgresUrl')

let proxy: TcpProxy
afterEach(() => proxy.close())

describe.skipIf(redisUrl === undefined)('a lost reply of Redis', () => {
  const key = 'idem-test-servers:lost-replies'
  let direct: Redis
  let client: Redis
  /** It rejects what is broken, instead of sending it again, unless told otherwise. */
  const connected = (maxRetriesPerRequest: number | null = 0) => {
    client = new Redis(proxy.url, { maxRetriesPerRequest, retryStrategy: () => 10 })
    client.on('error', () => {})
    return new Promise<void>((resolve) => client.once('ready', () => resolve()))
  }

  beforeEach(async () => {
    direct = new Redis(String(redisUrl))
    await direct.del(key)
    proxy = await startTcpProxy(String(redisUrl))
  })
  afterEach(() => {
    client.disconnect()
    direct.disconnect()
  })

  it('is lost after the request took effect, and its connection with it', async () => {
    await connected()
    const lost = proxy.cutAfterNextRequest()
    await expect(client.incr(key)).rejects.toThrow()
    await lost
    expect(await direct.get(key)).toBe('1')
    expect(proxy.counts).toMatchObject({ lostReplies: 1, connections: 1 })

    await client.ping().catch(() => client.ping())
    expect(await client.incr(key)).toBe(2)
  })

  it('makes a driver that sends again do it twice', async () => {
    await connected(null)
    const lost = proxy.cutAfterNextRequest(1, 'incr')
    expect(await client.incr(key)).toBe(2)
    await lost
  })

  it('happens as often as asked, to requests that match only', async () => {
    await connected(null)
    const lost = proxy.cutAfterNextRequest(3, (request) => request.includes('incr'))
    expect(await client.get(key)).toBeNull()
    expect(proxy.counts.lostReplies).toBe(0)
    expect(await client.incr(key)).toBe(4)
    await lost
    expect(proxy.counts).toMatchObject({ lostReplies: 3, connections: 4 })
    expect(await client.incr(key)).toBe(5)
  })

  it('is lost after the request took effect even if a request before it is answered meanwhile', async () => {
    await connected()
    const lost = proxy.cutAfterNextRequest(1, 'incr')
    // Long enough for the request behind it to be on its way when this is answered.
    const busy = client.eval('for i = 1, 5000000 do end return redis.status_reply("DONE")', 0)
    const counted = client.incr(key)
    await Promise.allSettled([busy, counted])
    await lost
    expect(await direct.get(key)).toBe('1')
  })

  it('loses all replies of a pipeline, which takes effect as a whole', async () => {
    await connected()
    const lost = proxy.cutAfterNextRequest()
    const pipeline = client.pipeline()
    for (let i = 0; i < 100; i++) pipeline.incr(key)
    await pipeline.exec().catch(() => {})
    await lost
    expect(await direct.get(key)).toBe('100')
  })

  it('leaves the other connections alone', async () => {
    await connected()
    const first = client
    await connected()
    await client.ping()
    const lost = proxy.cutAfterNextRequest()
    await expect(first.incr(key)).rejects.toThrow()
    await lost
    expect(await client.ping()).toBe('PONG')
    expect(proxy.counts.connections).toBe(2)
    first.disconnect()
  })

  it('is counted beside the round trips, of which a pipeline is one', async () => {
    await connected()
    await client.ping()
    const before = proxy.counts.roundTrips
    await client.set(key, 1)
    await client.get(key)
    expect(proxy.counts.roundTrips - before).toBe(2)
    await client.pipeline().set(key, 1).get(key).del(key).exec()
    expect(proxy.counts.roundTrips - before).toBe(3)
  })
})

describe.skipIf(postgresUrl === undefined)('a lost reply of PostgreSQL', () => {
  it('is lost after the statement was committed', async () => {
    proxy = await startTcpProxy(String(postgresUrl))
    const direct = new Client({ connectionString: postgresUrl })
    const client = new Client({ connectionString: proxy.url })
    client.on('error', () => {})
    await Promise.all([direct.connect(), client.connect()])
    try {
      await direct.query('CREATE TABLE idem_lost_replies (word text)')
      const lost = proxy.cutAfterNextRequest()
      await expect(client.query("INSERT INTO idem_lost_replies VALUES ('kept')")).rejects.toThrow(
        'Connection terminated',
      )
      await lost
      expect((await direct.query('SELECT word FROM idem_lost_replies')).rows).toEqual([{ word: 'kept' }])
    } finally {
      await direct.query('DROP TABLE IF EXISTS idem_lost_replies')
      await direct.end()
    }
  })
})
