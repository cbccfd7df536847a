import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { Redis } from 'ioredis'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { RedisBroker } from '../../src/queue/redis-broker'
import { PAID } from '../../src/scenarios/order'
import { queue } from '../../src/scenarios/queue'
import type { Scenario, Shop } from '../../src/scenarios/scenario'
import { stock } from '../../src/scenarios/stock'
import { redis as kind } from '../../src/stores/redis/redis'
import { privateRedis } from '../support/private-redis'
import { type OpenShop, openShop } from '../support/shop'
import { launch } from '../support/spawn-demo'

vi.setConfig({ testTimeout: 90_000 })

// What it has answered, it still knows when it has been killed and restarted.
const server = await privateRedis({ appendOnly: true })

describe.skipIf(server === undefined)('a queue in Redis', () => {
  const url = server?.url ?? ''

  /** A look at the server from outside. */
  function connect(): Redis {
    const client = new Redis(url)
    onTestFinished(() => client.disconnect())
    return client
  }

  async function open(
    prefix: string,
    options: { kept?: number; notes?: string[] } = {},
  ): Promise<RedisBroker> {
    const { notes = [], ...rest } = options
    const note = (line: string) => void notes.push(line)
    const broker = await RedisBroker.open(url, { prefix, silenceMs: 1000, note, ...rest })
    onTestFinished(() => broker.close())
    return broker
  }

  /** A process of the shop, in this one. */
  async function process(prefix: string, notes: string[] = []): Promise<OpenShop> {
    const broker = await open(prefix, { notes })
    const both = (shop: Shop): Scenario => {
      const consumers = queue(shop, { broker })
      return { ...consumers, routes: [...stock(shop).routes, ...consumers.routes] }
    }
    return openShop(both, { kind, url, lease: '1s' })
  }

  const until = (check: () => unknown) => vi.waitFor(check, { timeout: 45_000, interval: 50 })

  /** Orders of one user, of one article that there is enough of. */
  function ordersOf(user: string, sku: string) {
    return Array.from({ length: 60 }, (_, i) => ({
      order: `${user}-${i}`,
      user,
      sku,
      quantity: 1,
      amount: `${i}.50`,
    }))
  }

  /** 0 + 1 + … + 59 */
  const ALL_POINTS = 1770

  async function delivered(shop: OpenShop): Promise<string> {
    const sku = `book-${randomUUID()}`
    await shop.post(`/stock/${sku}`, { quantity: 100 }, { 'Idempotency-Key': randomUUID() })
    return sku
  }

  async function pending(prefix: string): Promise<number> {
    const groups = ['points', 'shipping'].map((group) => connect().xpending(prefix + PAID, group))
    return (await Promise.all(groups)).reduce((sum, [count]) => sum + Number(count), 0)
  }

  async function allApplied(
    shop: OpenShop,
    { user, sku, prefix }: Record<'user' | 'sku' | 'prefix', string>,
  ) {
    await until(async () => {
      expect((await shop.get(`/points?user=${user}`)).body).toMatchObject({ count: 60 })
      expect((await shop.get(`/stock/${sku}`)).body).toMatchObject({ on_hand: 40 })
      expect(await pending(prefix)).toBe(0)
    })
    expect((await shop.get(`/points?user=${user}`)).body).toMatchObject({ balance: ALL_POINTS, count: 60 })
    expect((await shop.get(`/stock/${sku}`)).body).toMatchObject({ on_hand: 40, reserved: 0 })
    expect((await shop.get('/queue/dead-letters')).body.letters).toEqual([])
  }

  test('what a killed process had done without saying so is taken over, and done once', async () => {
    const [prefix, user] = [`test:${randomUUID()}:`, randomUUID()]
    const publisher = await open(prefix)
    const bare = await openShop(stock, { kind, url })
    const sku = await delivered(bare)
    for (const order of ordersOf(user, sku)) {
      const message = { ...order, quantity: String(order.quantity) }
      for (let times = 0; times < 3; times++) await publisher.publish(PAID, message)
    }
    const victim = launch('test/queue/consume-main.ts', [url, prefix, `${user}-20`], {})
    onTestFinished(() => void victim.kill('SIGKILL'))
    await once(victim.stdout, 'data')
    victim.kill('SIGKILL')
    await once(victim, 'exit')
    expect(await pending(prefix)).toBeGreaterThan(0)
    expect(await connect().hlen('demo:rows:points')).toBeGreaterThan(0)

    const notes: string[] = []
    const shops = [await process(prefix, notes), await process(prefix, notes)] as const
    await allApplied(shops[0], { user, sku, prefix })
    expect(
      notes.some((line) => /^(points|shipping): took over \d+ messages? that others had begun$/.test(line)),
    ).toBe(true)
  })

  test('while the server is away nothing is lost, and afterwards nothing is done twice', async () => {
    const [prefix, user] = [`test:${randomUUID()}:`, randomUUID()]
    const shops = [await process(prefix), await process(prefix)] as const
    const sku = await delivered(shops[0])
    const orders = ordersOf(user, sku)
    const publish = (order: (typeof orders)[number]) =>
      shops[1].post('/queue/publish', { ...order, times: 3 })
    await Promise.all(orders.slice(0, 30).map(publish))
    await until(async () => {
      expect((await shops[0].get(`/points?user=${user}`)).body.count).toBeGreaterThan(0)
    })
    await server?.kill()
    const refused = await Promise.all(orders.slice(30).map(publish))
    expect(new Set(refused.map(({ code }) => code))).toEqual(new Set([503]))
    await server?.restart()
    for (const order of orders.slice(30)) {
      await until(async () => expect((await publish(order)).code).toBe(200))
    }
    await allApplied(shops[0], { user, sku, prefix })
  })

  test('a server that hangs is told as one that cannot be asked', async () => {
    const broker = await open(`test:${randomUUID()}:`)
    await server?.pause()
    try {
      await expect(broker.publish(PAID, { order: 'a' })).rejects.toMatchObject({ code: 'STORE' })
      await expect(broker.deadLetters(PAID).page()).rejects.toMatchObject({ code: 'STORE' })
    } finally {
      await server?.resume()
    }
  })

  test('a broker that is opened while the server is away serves when it is back', async () => {
    await server?.kill()
    const prefix = `test:${randomUUID()}:`
    const broker = await open(prefix)
    const heard: unknown[] = []
    const handle = async (message: unknown) => {
      heard.push(message)
      return { action: 'ack', reason: 'applied' } as const
    }
    const consuming = broker.consume({ topic: PAID, group: 'one', handle })
    await expect(broker.publish(PAID, { order: 'a' })).rejects.toMatchObject({ code: 'STORE' })
    await server?.restart()
    await until(() => broker.publish(PAID, { order: 'b' }))
    await until(() => expect(heard).toContainEqual({ order: 'b' }))
    await consuming.stop()
  })

  test('all keys begin with what sets them apart, and old messages are trimmed away', async () => {
    const client = connect()
    await client.flushall()
    const broker = await RedisBroker.open(url, { silenceMs: 1000, kept: 100 })
    onTestFinished(() => broker.close())
    for (let i = 0; i < 500; i++) await broker.publish(PAID, { order: String(i) })
    expect(await client.xlen(`demo:queue:${PAID}`)).toBeLessThan(300)
    const handle = async () =>
      ({ action: 'dead-letter', reason: 'final', failure: { name: 'a', message: 'b' }, attempt: 1 }) as const
    const consuming = broker.consume({ topic: PAID, group: 'one', handle })
    await until(async () =>
      expect((await broker.deadLetters(PAID).page()).letters.length).toBeGreaterThan(99),
    )
    await consuming.stop()
    const keys = await client.keys('*')
    expect(keys.sort()).toEqual([`demo:queue:${PAID}`, `demo:queue:${PAID}:dead`])
  })

  test('what is stopped and closed leaves no connection behind', async () => {
    const client = connect()
    const connections = async () =>
      String(await client.client('LIST'))
        .trim()
        .split('\n').length
    const before = await connections()
    const broker = await RedisBroker.open(url, { prefix: `test:${randomUUID()}:`, silenceMs: 1000 })
    const handle = async () => ({ action: 'ack', reason: 'applied' }) as const
    const consuming = ['one', 'two'].map((group) => broker.consume({ topic: PAID, group, handle }))
    await until(async () => expect(await connections()).toBe(before + 3))
    await Promise.all(consuming.map((one) => one.stop()))
    await until(async () => expect(await connections()).toBe(before + 1))
    await broker.close()
    await until(async () => expect(await connections()).toBe(before))
  })
})
