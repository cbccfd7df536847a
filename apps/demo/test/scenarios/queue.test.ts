import { randomUUID } from 'node:crypto'
import type { Decision } from '@idem/core/consumer'
import { describe, expect, inject, test, vi } from 'vitest'
import type { Broker } from '../../src/queue/broker'
import { queue } from '../../src/scenarios/queue'
import type { Scenario, Shop } from '../../src/scenarios/scenario'
import { reserve, stock } from '../../src/scenarios/stock'
import { memoryBroker, redisBroker, type UsableBroker } from '../queue/every-broker'
import { everyStore, type UsableStore } from '../support/every-store'
import type { OpenShop } from '../support/shop'
import { openShops } from '../support/shops'

vi.setConfig({ testTimeout: 120_000 })

const stores = (await everyStore()).map((store) => {
  const broker: UsableBroker = store.kind.shared ? redisBroker(inject('redisUrl')) : memoryBroker
  return { ...store, broker }
})

interface Scene {
  readonly shops: readonly OpenShop[]
  readonly first: OpenShop
  /** What was decided, by group. */
  readonly decisions: Readonly<Record<'points' | 'shipping', Decision[]>>
  /** What was printed. */
  readonly lines: string[]
}

/** Processes that share a store and a broker; the switch of the points service is theirs alone. */
async function scene(count: number, store: UsableStore & { broker: UsableBroker }): Promise<Scene> {
  const open = store.broker.place()
  const brokers = await Promise.all(Array.from({ length: count }, open))
  const decisions: Scene['decisions'] = { points: [], shipping: [] }
  const lines: string[] = []
  const watched = (broker: Broker): Broker => ({
    publish: (topic, message) => broker.publish(topic, message),
    deadLetters: (topic) => broker.deadLetters(topic),
    close: () => broker.close(),
    consume: ({ handle, ...subscription }) =>
      broker.consume({
        ...subscription,
        handle: async (message, delivery) => {
          const decision = await handle(message, delivery)
          decisions[subscription.group as 'points' | 'shipping'].push(decision)
          return decision
        },
      }),
  })
  const own = randomUUID()
  const both = (shop: Shop): Scenario => {
    const tables: Shop['tables'] = (name) => shop.tables(name === 'points-service' ? `${name}-${own}` : name)
    const broker = watched(brokers.pop() as Broker)
    const consumers = queue({ ...shop, tables }, { broker, print: (line) => lines.push(line) })
    const { routes } = stock(shop)
    return { routes: [...routes, ...consumers.routes], stop: async () => consumers.stop?.() }
  }
  // Whoever comes while a duplicate is at work comes again when that one's lease is over.
  const shops = await openShops(count, both, { ...store, lease: '1s' })
  const [first] = shops
  if (first === undefined) throw new Error('no shop')
  return { shops, first, decisions, lines }
}

const until = (check: () => unknown) => vi.waitFor(check, { timeout: 60_000, interval: 50 })

/** An article of which there are so many. */
async function article({ first }: Scene, quantity: number): Promise<string> {
  const sku = `book-${randomUUID()}`
  await first.post(`/stock/${sku}`, { quantity }, { 'Idempotency-Key': randomUUID() })
  return sku
}

const shelf = async ({ first }: Scene, sku: string) => (await first.get(`/stock/${sku}`)).body
const pointsOf = async ({ first }: Scene, user: string) =>
  (await first.get(`/points?user=${encodeURIComponent(user)}`)).body
const lettersOf = async ({ first }: Scene) => (await first.get('/queue/dead-letters')).body.letters
const acks = (decisions: readonly Decision[]) => decisions.filter(({ action }) => action === 'ack').length

describe.each(stores)('paid orders on $title', (store) => {
  const onStore = test.skipIf(store.url === undefined || store.broker.url === undefined)

  onStore('100 orders, each published 3 times, give points and leave the house once', async () => {
    const all = await scene(2, store)
    const { shops, first, decisions } = all
    const sku = await article(all, 250)
    const run = randomUUID()
    const orders = Array.from({ length: 100 }, (_, i) => ({
      order: `${run}-${i}`,
      user: `${run}-user-${i % 5}`,
      sku,
      quantity: 2,
      amount: `${i}.99`,
    }))
    // Of every second order the goods were set aside, as a checkout does; the others were paid by a callback alone.
    for (const { order } of orders.filter((_, i) => i % 2 === 0)) await reserve(first, sku, order, 2)
    await Promise.all(
      shops.flatMap((shop, nth) =>
        orders.map((order, i) =>
          shop.post('/queue/publish', { ...order, times: (i + nth) % 2 === 0 ? 1 : 2 }),
        ),
      ),
    )
    await until(() => {
      expect(acks(decisions.points)).toBeGreaterThanOrEqual(300)
      expect(acks(decisions.shipping)).toBeGreaterThanOrEqual(300)
    })
    for (let user = 0; user < 5; user++) {
      const statement = await pointsOf(all, `${run}-user-${user}`)
      // user + (user + 5) + … + (user + 95)
      expect(statement).toMatchObject({ balance: 20 * user + 950, count: 20 })
    }
    expect(await shelf(all, sku)).toMatchObject({ on_hand: 50, reserved: 0, available: 50 })
    expect(await lettersOf(all)).toEqual([])
    for (const made of [decisions.points, decisions.shipping]) {
      expect(made.filter((one) => one.action === 'ack' && one.reason === 'applied')).toHaveLength(100)
    }
    expect(shops.flatMap(({ reports }) => reports)).toEqual([])
  })

  onStore(
    'while the points service is down messages die, and give points once it is back and they are replayed',
    async () => {
      const all = await scene(2, store)
      const { shops, first, decisions, lines } = all
      const [, second] = shops
      const sku = await article(all, 10)
      const [order, user] = [randomUUID(), randomUUID()]
      const paid = { order, user, sku, quantity: 2, amount: '30.50' }
      expect(await second?.post('/queue/points-service', { is_down: true })).toMatchObject({
        code: 200,
        body: { message: 'The points service is down', is_down: true },
      })
      await first.post('/queue/publish', paid)
      await until(async () => expect(await lettersOf(all)).toHaveLength(1))
      const [letter] = await lettersOf(all)
      expect(letter).toMatchObject({
        ...{ group: 'points', reason: 'attempts', attempt: 5, replays: 0 },
        failure: 'The points service is down',
        message: { order, user, sku, quantity: '2', amount: '30.50' },
      })
      expect(decisions.points.map(({ action }) => action)).toEqual([...Array(4).fill('retry'), 'dead-letter'])
      const waits = decisions.points.flatMap((one) => (one.action === 'retry' ? [one.afterMs] : []))
      for (const [i, wait] of waits.entries()) {
        expect(wait).toBeGreaterThanOrEqual(100 * 2 ** i)
        expect(wait).toBeLessThanOrEqual(200 * 2 ** i)
      }
      expect(lines.filter((line) => line.startsWith(`points: ${order} comes again in `))).toHaveLength(4)
      expect(lines.at(-1)).toBe(`points: ${order} is dead after attempt 5: The points service is down`)
      expect(await pointsOf(all, user)).toMatchObject({ balance: 0, count: 0, entries: [] })
      // The other group has nothing to do with it.
      await until(async () => expect(await shelf(all, sku)).toMatchObject({ on_hand: 8, reserved: 0 }))

      await first.post('/queue/points-service', { is_down: false })
      const replays = await Promise.all(
        [...shops, ...shops].map((shop) => shop.post('/queue/dead-letters/replay', { id: letter.id })),
      )
      expect(replays.map(({ code }) => code).sort()).toEqual([200, 404, 404, 404])
      await until(async () => expect(await pointsOf(all, user)).toMatchObject({ balance: 30, count: 1 }))
      await first.post('/queue/publish', { ...paid, times: 3 })
      // Four deliveries after the letter: the replay and three duplicates. Goods: one before it, and the duplicates.
      await until(() => {
        expect(acks(decisions.points)).toBeGreaterThanOrEqual(4)
        expect(acks(decisions.shipping)).toBeGreaterThanOrEqual(4)
      })
      const statement = await pointsOf(all, user)
      expect(statement).toMatchObject({ balance: 30, entries: [{ user, order, points: 30 }] })
      expect(await shelf(all, sku)).toMatchObject({ on_hand: 8, reserved: 0 })
      expect(await lettersOf(all)).toEqual([])
    },
  )

  onStore(
    'an order whose goods are sold out is shipped when some have come in and it is replayed',
    async () => {
      const all = await scene(1, store)
      const { first } = all
      const sku = await article(all, 1)
      const order = randomUUID()
      await first.post('/queue/publish', { order, user: randomUUID(), sku, quantity: 2, amount: '1' })
      await until(async () => expect(await lettersOf(all)).toHaveLength(1))
      const [letter] = await lettersOf(all)
      expect(letter).toMatchObject({ group: 'shipping', failure: `Only 1 of ${sku} are left`, attempt: 5 })
      await first.post(`/stock/${sku}`, { quantity: 2 }, { 'Idempotency-Key': randomUUID() })
      expect((await first.post('/queue/dead-letters/replay', { id: letter.id })).code).toBe(200)
      await until(async () => expect(await shelf(all, sku)).toMatchObject({ on_hand: 1, reserved: 0 }))
    },
  )

  onStore('a message that is wrong dies at its first attempt, and can be thrown away', async () => {
    const all = await scene(1, store)
    const { first, decisions } = all
    const sku = await article(all, 5)
    const [order, other, user] = [randomUUID(), randomUUID(), randomUUID()]
    // Nobody to get the points; no identity at all; and an order that was of another amount.
    await first.post('/queue/publish', { order, sku, quantity: 1, amount: 10 })
    await until(async () => expect(await lettersOf(all)).toHaveLength(1))
    await first.post('/queue/publish', { user, sku, quantity: 1, amount: 10 })
    await until(async () => expect(await lettersOf(all)).toHaveLength(3))
    await first.post('/queue/publish', { order: other, user, sku, quantity: 1, amount: 10 })
    await until(() => expect(acks(decisions.points)).toBeGreaterThanOrEqual(1))
    await until(() => expect(acks(decisions.shipping)).toBeGreaterThanOrEqual(2))
    await first.post('/queue/publish', { order: other, user, sku, quantity: 1, amount: 11 })
    await until(async () => expect(await lettersOf(all)).toHaveLength(5))

    const letters = await lettersOf(all)
    const told = letters.map(({ group, reason }: { group: string; reason: string }) => `${group} ${reason}`)
    expect(told[0]).toBe('points final')
    expect(told.slice(1, 3).sort()).toEqual(['points unusable', 'shipping unusable'])
    expect(told.slice(3).sort()).toEqual(['points mismatch', 'shipping mismatch'])
    expect(letters[0].failure).toContain('user must be text')
    expect(await pointsOf(all, user)).toMatchObject({ balance: 10, count: 1 })
    expect(await shelf(all, sku)).toMatchObject({ on_hand: 3 })

    // Replayed, it is as wrong as it was.
    await first.post('/queue/dead-letters/replay', { id: letters[0].id })
    await until(async () =>
      expect((await lettersOf(all)).at(-1)).toMatchObject({ replays: 1, message: { order } }),
    )
    for (const { id } of await lettersOf(all)) {
      expect((await first.post('/queue/dead-letters/remove', { id })).code).toBe(200)
      expect((await first.post('/queue/dead-letters/remove', { id })).code).toBe(404)
    }
    expect(await lettersOf(all)).toEqual([])
  })
})

describe('the routes of the queue', () => {
  const [memory] = stores
  if (memory === undefined) throw new Error('no store')

  test('refuse what they do not understand, and publish nothing', async () => {
    const all = await scene(1, memory)
    const { first, decisions } = all
    const paid = { order: 'a', user: 'b', sku: 'c', quantity: 1, amount: 1 }
    for (const times of [0, 101, -1, 1.5, '2', null]) {
      expect((await first.post('/queue/publish', { ...paid, times })).code).toBe(400)
    }
    for (const wrong of [
      { order: true },
      { user: ['a'] },
      { amount: {} },
      { sku: '\u0000' },
      { order: 'x'.repeat(256) },
    ]) {
      expect((await first.post('/queue/publish', { ...paid, ...wrong })).code).toBe(400)
    }
    expect((await first.post('/queue/publish', {})).code).toBe(400)
    expect((await first.post('/queue/publish', { times: 2 })).code).toBe(400)
    expect((await first.post('/queue/dead-letters/replay', {})).code).toBe(400)
    expect((await first.post('/queue/dead-letters/replay', { id: 'x' })).code).toBe(404)
    expect((await first.post('/queue/dead-letters/remove', { id: '1-1' })).code).toBe(404)
    expect((await first.post('/queue/points-service', { is_down: 1 })).code).toBe(400)
    expect((await first.get('/points')).code).toBe(400)
    expect(decisions).toEqual({ points: [], shipping: [] })
  })

  test('tell the points of nobody else', async () => {
    const all = await scene(1, memory)
    const users = ['a', 'a"', 'a"b', 'ab', '"a', 'a\\', '__proto__', 'ü'.repeat(255)]
    for (const [i, user] of users.entries()) {
      await all.first.post('/queue/publish', { order: `order ${i}`, user, amount: i + 1 })
    }
    await until(() => expect(acks(all.decisions.points)).toBeGreaterThanOrEqual(users.length))
    for (const [i, user] of users.entries()) {
      const statement = await pointsOf(all, user)
      expect([user, statement.balance, statement.count]).toEqual([user, i + 1, 1])
    }
  })

  test('list the dead letters after a certain one', async () => {
    const all = await scene(1, memory)
    for (const order of ['a', 'b', 'c'])
      await all.first.post('/queue/publish', { order, sku: 'd', quantity: 'none' })
    await until(async () => expect(await lettersOf(all)).toHaveLength(6))
    const letters = await lettersOf(all)
    const { body } = await all.first.get(`/queue/dead-letters?after=${letters[3].id}`)
    expect(body.letters).toEqual(letters.slice(4))
    expect(body.message).toBe('2 messages were given up')
  })
})
