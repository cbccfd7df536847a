import { Idem, StoreError } from '@idem/core'
import { serverOrSkip, startRedisCluster } from '@idem/test-servers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RedisStore } from '../src/index'
import { Gate, until } from './support/gate'
import { openClients } from './support/open-clients'
import { openClusterClients } from './support/open-cluster'
import { unhurriedRuntime } from './support/unhurried-runtime'

const cluster = serverOrSkip('a Redis Cluster', await startRedisCluster())

describe.skipIf(cluster === undefined)('records on a cluster of three nodes', () => {
  const open = openClusterClients(cluster)
  const openNode = openClients()
  const client = open()
  const subscriber = open()
  const idem = new Idem({ store: new RedisStore(client, { subscriber }) })
  const [first, second, third] = (cluster?.nodes ?? []).map(({ port }) => port) as [number, number, number]

  beforeAll(() => client.ping())
  afterAll(() => cluster?.stop())

  test('are on all of them, and listed from all of them', async () => {
    const namespace = 'listed'
    const listing = new Idem({ store: new RedisStore(client), namespace })
    await Promise.all(Array.from({ length: 300 }, (_, i) => listing.run(String(i), async () => i)))
    const sizes = await Promise.all(client.nodes('master').map((node) => node.dbsize()))
    expect(sizes.every((size) => size > 30)).toBe(true)
    const keys = new Set<string>()
    for await (const record of listing.records()) keys.add(record.key)
    expect(keys.size).toBe(300)
  })

  test.each([
    ['new', {}],
    ['lazy', { lazyConnect: true }],
  ])('are listed through a client that is not connected yet (%s)', async (name, options) => {
    const namespace = `unconnected ${name}`
    const writing = new Idem({ store: new RedisStore(client), namespace })
    await Promise.all(Array.from({ length: 60 }, (_, i) => writing.run(String(i), async () => i)))
    const listing = new Idem({ store: new RedisStore(open(options)), namespace })
    const keys = new Set<string>()
    for await (const record of listing.records()) keys.add(record.key)
    expect(keys.size).toBe(60)
  })

  test('are not listed through a client that was closed: an error says so', async () => {
    const closed = open()
    await closed.ping()
    closed.disconnect()
    const error = await new RedisStore(closed)
      .list({ prefix: '', limit: 10 })
      .catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(StoreError)
    expect((error as StoreError).cause).toBeInstanceOf(Error)
  })

  test('are asked for eviction through a client that is not connected yet', async () => {
    const [node] = client.nodes('master')
    await node?.config('SET', 'maxmemory-policy', 'allkeys-lru')
    const warnings = await new RedisStore(open({ lazyConnect: true })).diagnose()
    await node?.config('SET', 'maxmemory-policy', 'noeviction')
    expect(warnings).toEqual([expect.stringContaining('allkeys-lru')])
  })

  test.each(['', 'app:'])('wake who waits in another process (keyPrefix %j)', async (keyPrefix) => {
    const [begun, gate] = [new Gate(), new Gate()]
    const own = new Idem({ store: new RedisStore(open({ keyPrefix })) })
    const listening = open({ keyPrefix })
    const waiting = new Idem({
      store: new RedisStore(open({ keyPrefix }), { subscriber: listening }),
      runtime: unhurriedRuntime,
      waitTimeout: '1h',
    })
    const done = own.run('waited', async () => {
      begun.open()
      await gate.opened
      return 'the answer'
    })
    await begun.opened
    const answered = waiting.run('waited', async () => 'ran again')
    const subscribed = async () => {
      const heard = await Promise.all(
        client.nodes('all').map((node) => node.pubsub('CHANNELS', `${keyPrefix}idem:*waited`)),
      )
      return heard.flat().length > 0
    }
    await until('subscribed', subscribed)
    gate.open()
    expect(await done).toBe('the answer')
    expect(await answered).toBe('the answer')
    await until('unsubscribed', async () => !(await subscribed()))
  })

  test('move from node to node under load: every key runs once, and nobody gets an error', {
    timeout: 60_000,
  }, async () => {
    const runs = new Map<string, number>()
    const slots = new Set<number>()
    let isOver = false
    let asked = 0
    const caller = async (lane: number) => {
      for (let i = 0; !isOver; i++) {
        const key = `moving ${lane} ${i % 40}`
        const value = await idem.run(key, async (ctx) => {
          runs.set(key, (runs.get(key) ?? 0) + 1)
          await ctx.step('step', () => new Promise(setImmediate))
          return key
        })
        expect(value).toBe(key)
        asked++
      }
    }
    const callers = Promise.all(Array.from({ length: 20 }, (_, lane) => caller(lane)))
    for (let lane = 0; lane < 20; lane++) {
      for (let i = 0; i < 40; i++)
        slots.add(Number(await client.cluster('KEYSLOT', `idem:::moving ${lane} ${i}`)))
    }
    const moves: [number, number][] = [
      [first, second],
      [second, third],
      [third, first],
      [first, second],
    ]
    for (const [from, to] of moves) {
      const owned: number[] = []
      for (const slot of slots) {
        if ((await cluster?.ownerOf(slot)) !== from) continue
        slots.delete(slot)
        if (owned.push(slot) === 12) break
      }
      expect(owned).toHaveLength(12)
      await cluster?.reshard(from, to, owned, {
        halfWay: async () => {
          const before = asked
          // Some calls go on while the slot is between two nodes.
          await until('calls are answered', () => asked > before + 5)
        },
      })
    }
    isOver = true
    await callers
    expect([...runs.values()].filter((times) => times !== 1)).toEqual([])
    expect(runs.size).toBeGreaterThan(100)
  })

  test('asked for by a client of a single node: MOVED, and what to do', async () => {
    const plain = new Idem({ store: new RedisStore(openNode(`redis://127.0.0.1:${first}`)) })
    const errors: unknown[] = []
    for (let i = 0; i < 20; i++)
      await plain.run(`plain ${i}`, async () => 1).catch((error) => errors.push(error))
    expect(errors.length).toBeGreaterThan(0)
    for (const error of errors) {
      expect(error).toBeInstanceOf(StoreError)
      expect((error as StoreError).message).toMatch(/MOVED.*use a Cluster client/)
      expect((error as StoreError).cause).toBeInstanceOf(Error)
    }
  })

  test('asked for together by a client of a single node: CROSSSLOT, and what to do; alone, MOVED', async () => {
    const messages = async (batch?: number) => {
      const store = new RedisStore(openNode(`redis://127.0.0.1:${first}`), { batch })
      const idem = new Idem({ store })
      const calls = Array.from({ length: 20 }, (_, i) => idem.run(`together ${i}`, async () => 1))
      const outcomes = await Promise.allSettled(calls)
      return outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason.message] : []))
    }
    expect(await messages()).toContainEqual(
      expect.stringMatching(/CROSSSLOT.*use a Cluster client.*batch: 1/),
    )
    const alone = await messages(1)
    expect(alone.length).toBeGreaterThan(0)
    for (const message of alone) expect(message).toMatch(/MOVED.*use a Cluster client/)
  })

  test('of a node that is down: an error that says so; when it is up again, every key runs once', {
    timeout: 60_000,
  }, async () => {
    const impatient = new Idem({
      store: new RedisStore(
        open({ clusterRetryStrategy: () => 50, retryDelayOnClusterDown: 20, retryDelayOnFailover: 20 }),
      ),
      storeTimeout: 400,
    })
    const runs = new Map<number, number>()
    const all = () =>
      Promise.allSettled(
        Array.from({ length: 30 }, (_, i) =>
          impatient.run(`down ${i}`, async () => {
            runs.set(i, (runs.get(i) ?? 0) + 1)
            return i
          }),
        ),
      )
    await cluster?.killNode(second)
    const outcomes = await all()
    const errors = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
    expect(errors.length).toBeGreaterThan(0)
    for (const error of errors) expect(error).toBeInstanceOf(StoreError)
    await cluster?.restartNode(second)
    const recovered = await all()
    expect(
      recovered.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : outcome.reason)),
    ).toEqual(Array.from({ length: 30 }, (_, i) => i))
    expect([...runs.values()].every((times) => times === 1)).toBe(true)
  })
})
