import { Redis } from 'ioredis'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { redis as kind } from '../../src/stores/redis'
import { type Demo, order, startDemo } from '../support/demo'
import { privateRedis } from '../support/private-redis'

vi.setConfig({ testTimeout: 30_000 })

// What it has answered, it still knows when it has been killed and restarted.
const server = await privateRedis({ appendOnly: true })

describe.skipIf(server === undefined)('records in Redis', () => {
  async function start(): Promise<Demo & { notes: string[] }> {
    const notes: string[] = []
    const { store, close } = await kind.open(server?.url ?? '', (line) => notes.push(line))
    // After the service, which still needs it to stop.
    onTestFinished(close)
    return { ...(await startDemo({ store, leaseMs: 500 })), notes }
  }

  /** A look at the server from outside. */
  function connect(): Redis {
    const client = new Redis(server?.url ?? '')
    onTestFinished(() => client.disconnect())
    return client
  }

  /** Resolves as soon as the service sees the server again. */
  async function recovered(demo: Demo): Promise<void> {
    await vi.waitFor(async () => expect((await demo.get('/health')).code).toBe(200), 10_000)
  }

  test('a server that answers is taken as it is, and no password is shown', async () => {
    const url = new URL(server?.url ?? '')
    await connect().acl('SETUSER', 'teller', 'on', '>secret', '+@all', '~*', '&*')
    Object.assign(url, { username: 'teller', password: 'secret' })
    const place = await kind.locate({ REDIS_URL: url.href })
    expect(place).toMatchObject({
      url: url.href,
      described: `in Redis at 127.0.0.1:${server?.port} (REDIS_URL)`,
    })
    url.password = 'other'
    await expect(kind.locate({ REDIS_URL: url.href })).rejects.toMatchObject({
      name: 'StartError',
      message: expect.stringMatching(/no Redis answers at 127\.0\.0\.1:\d+: WRONGPASS(?!.*other)/),
    })
  })

  test('all keys begin with what sets them apart from those of others', async () => {
    const demo = await start()
    await demo.pay(order())
    const keys = await connect().keys('*')
    expect(keys.length).toBeGreaterThan(0)
    expect(keys.filter((key) => !key.startsWith('demo:'))).toEqual([])
  })

  test('whoever waits for a payment of another process listens for its answer', async () => {
    const [first, second] = [await start(), await start()]
    const client = connect()
    const payment = order()
    first.gateway.hold()
    const paying = first.pay(payment)
    await first.gateway.arrival(1)
    const waiting = second.pay(payment, { Prefer: 'wait=20' })
    await vi.waitFor(async () => {
      expect(await client.pubsub('CHANNELS', `demo:*${payment.idempotent_token}`)).toHaveLength(1)
    }, 5000)
    first.gateway.release()
    expect((await waiting).body.order_id).toBe((await paying).body.order_id)
    expect(second.gateway.arrived).toBe(0)
  })

  test('while the server is away clients are told to come again, and nothing is charged; then all is as before', async () => {
    const demo = await start()
    const paid = order()
    const first = await demo.pay(paid)
    await server?.kill()

    const payment = order()
    for (const refused of [await demo.pay(payment), await demo.pay(paid)]) {
      expect(refused).toMatchObject({ code: 503, body: { status: 'RETRY' } })
      expect(refused.headers.get('Retry-After')).toBe('1')
    }
    expect((await demo.get('/payment/records')).code).toBe(503)
    expect(await demo.get('/health')).toMatchObject({ code: 503, body: { store: { state: 'failing' } } })
    expect(demo.gateway.arrived).toBe(1)

    await server?.restart()
    await recovered(demo)
    const replayed = await demo.pay(paid)
    expect(replayed.headers.get('Idempotency-Replayed')).toBe('true')
    expect(replayed.body.order_id).toBe(first.body.order_id)
    expect(await demo.pay(payment)).toMatchObject({ code: 200 })
    expect(demo.gateway.ledger.charges()).toHaveLength(2)
    expect(demo.notes).toEqual([
      'Redis is away: until it is back, payments are told to come again',
      'Redis is back',
    ])
  })

  test('a payment that is charged while the server is away is answered as what it is, and charged once', async () => {
    const demo = await start()
    const payment = order()
    demo.gateway.hold()
    const paying = demo.pay(payment)
    await demo.gateway.arrival(1)
    await server?.kill()
    demo.gateway.release()
    const first = await paying
    expect(first).toMatchObject({ code: 200, body: { status: 'SUCCESS' } })
    expect(demo.lines.at(-1)).toContain('executed, not recorded')

    await server?.restart()
    await recovered(demo)
    const second = await demo.pay(payment, { Prefer: 'wait=20' })
    expect(second).toMatchObject({ code: 200, body: { order_id: first.body.order_id } })
    expect(demo.gateway.ledger.charges()).toHaveLength(1)
  })

  test('a store can be opened while the server is away, and answers when it is back', async () => {
    await server?.kill()
    const demo = await start()
    expect((await demo.pay(order())).code).toBe(503)
    await server?.restart()
    await recovered(demo)
    expect((await demo.pay(order())).code).toBe(200)
  })

  test('a silent server is found out', async () => {
    const demo = await start()
    await server?.pause()
    const refused = demo.pay(order())
    expect((await demo.get('/health')).body.store.state).toBe('silent')
    expect(await refused).toMatchObject({ code: 503, body: { status: 'RETRY' } })
    await server?.resume()
    await recovered(demo)
  })
})

test('without a server one is started, answers, and is gone when it is closed', async () => {
  const place = await kind.locate({})
  const { store, close } = await kind.open(place.url, () => {})
  expect(place.described).toMatch(
    /^in a Redis started for the demo, at 127\.0\.0\.1:\d+ \(.+\), and gone with it$/,
  )
  expect(await store.get('nothing')).toBeUndefined()
  await close()
  await place.close()
  await expect(kind.locate({ REDIS_URL: place.url })).rejects.toThrow('no Redis answers')
})
