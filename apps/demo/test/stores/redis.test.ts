import { Redis } from 'ioredis'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { redis as kind } from '../../src/stores/redis/redis'
import { order } from '../support/demo'
import { startOn } from '../support/opened'
import { privateRedis } from '../support/private-redis'

vi.setConfig({ testTimeout: 30_000 })

// What it has answered, it still knows when it has been killed and restarted.
const server = await privateRedis({ appendOnly: true })

describe.skipIf(server === undefined)('records in Redis', () => {
  const start = () => startOn(kind, server?.url)

  /** A look at the server from outside. */
  function connect(): Redis {
    const client = new Redis(server?.url ?? '')
    onTestFinished(() => client.disconnect())
    return client
  }

  test('no password is shown of a server, whether it answers or not', async () => {
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
    await demo.tables('orders').insert('a', {})
    await demo.locks.acquire({ name: 'a', owner: 'somebody', ttlMs: 10_000 })
    const keys = await connect().keys('*')
    expect(keys).toEqual(expect.arrayContaining(['demo:rows:orders', 'demo:ids:orders', 'demo:lock:a']))
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
    const paid = await paying
    expect(paid.code).toBe(200)
    expect(await waiting).toMatchObject({ code: 200, body: { order_id: paid.body.order_id } })
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
    await demo.recovered()
    const second = await demo.pay(payment, { Prefer: 'wait=20' })
    expect(second).toMatchObject({ code: 200, body: { order_id: first.body.order_id } })
    expect(demo.gateway.ledger.charges()).toHaveLength(1)
  })
})
