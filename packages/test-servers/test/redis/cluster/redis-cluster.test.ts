import { Cluster, Redis } from 'ioredis'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { startRedisCluster } from '../../../src/redis/cluster/redis-cluster'
import { askRedis } from '../../../src/redis/ping-redis'
import { serverOrSkip } from '../../../src/server-or-skip'
import { accepts } from '../../supervision/listening-server'

const had = serverOrSkip('Redis Cluster', await startRedisCluster())
afterAll(() => had?.stop())

const endings: (() => unknown)[] = []
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end()
})

function clusterHere() {
  if (!had) throw new Error('no cluster')
  return had
}

function connect({ nodes } = clusterHere()): Cluster {
  const client = new Cluster([...nodes], { clusterRetryStrategy: () => 50, retryDelayOnFailover: 50 })
  client.on('error', () => {})
  endings.push(() => client.disconnect())
  return client
}

/** How many keys of a slot lie at one node. */
async function keysAt(port: number, slot: number): Promise<number> {
  const url = `redis://127.0.0.1:${port}`
  return Number(await askRedis(url, (client) => client.call('CLUSTER', 'COUNTKEYSINSLOT', slot)))
}

async function ownerAndOther(key: string) {
  const cluster = clusterHere()
  const slot = await cluster.slotOf(key)
  const owner = await cluster.ownerOf(slot)
  const other = cluster.nodes.find(({ port }) => port !== owner)?.port ?? 0
  return { cluster, slot, owner, other }
}

describe.skipIf(had === undefined)('startRedisCluster', { timeout: 60_000 }, () => {
  it('spreads keys over its nodes, each of which redirects to the others', async () => {
    const cluster = clusterHere()
    expect(cluster.nodes).toHaveLength(3)
    const client = connect()
    const keys = Array.from({ length: 60 }, (_, i) => `spread ${i}`)
    await Promise.all(keys.map((key) => client.set(key, key)))
    expect(await Promise.all(keys.map((key) => client.get(key)))).toEqual(keys)
    for (const { port } of cluster.nodes) {
      expect(await askRedis(`redis://127.0.0.1:${port}`, (node) => node.dbsize())).toBeGreaterThan(0)
    }

    const { owner, other } = await ownerAndOther('spread 0')
    const stranger = new Redis(other, '127.0.0.1')
    endings.push(() => stranger.disconnect())
    await expect(stranger.get('spread 0')).rejects.toThrow(new RegExp(`^MOVED \\d+ 127.0.0.1:${owner}$`))
  })

  it('moves a slot with its keys while a client counts in it, and loses no count', async () => {
    const { cluster, slot, owner, other } = await ownerAndOther('{moved}:counter')
    const client = connect()
    await Promise.all(Array.from({ length: 250 }, (_, i) => client.set(`{moved}:${i}`, i)))
    let counted = 0
    let moving = true
    const counting = Array.from({ length: 4 }, async () => {
      while (moving) {
        await client.incr('{moved}:counter')
        counted++
      }
    })
    await vi.waitFor(() => expect(counted).toBeGreaterThan(10), { interval: 5, timeout: 10_000 })
    for (const [from, to] of [
      [owner, other],
      [other, owner],
      [owner, other],
    ] as const) {
      const before = counted
      await cluster.reshard(from, to, [slot])
      await vi.waitFor(() => expect(counted).toBeGreaterThan(before + 10), { interval: 5, timeout: 10_000 })
    }
    moving = false
    await Promise.all(counting)

    expect(Number(await client.get('{moved}:counter'))).toBe(counted)
    expect(await keysAt(owner, slot)).toBe(0)
    expect(await keysAt(other, slot)).toBe(251)
    expect(await cluster.ownerOf(slot)).toBe(other)
  })

  it('asks clients on to the new owner while a slot is between two', async () => {
    const { cluster, slot, owner, other } = await ownerAndOther('{asked}')
    const client = connect()
    await client.set('{asked}', 'before')
    const old = new Redis(owner, '127.0.0.1')
    endings.push(() => old.disconnect())
    const met: number[] = []
    await cluster.reshard(owner, other, [slot], {
      async halfWay(moving) {
        met.push(moving)
        await expect(old.get('{asked}')).rejects.toThrow(`ASK ${slot} 127.0.0.1:${other}`)
        expect(await client.get('{asked}')).toBe('before')
        await client.set('{asked}', 'between')
      },
    })
    expect(met).toEqual([slot])
    for (const { port } of cluster.nodes.filter((node) => node.port !== other)) {
      const told = askRedis(`redis://127.0.0.1:${port}`, (node) => node.get('{asked}'))
      await expect(told).rejects.toThrow(`MOVED ${slot} 127.0.0.1:${other}`)
    }
    expect(await client.get('{asked}')).toBe('between')
  })

  it('is down without one of its nodes, and whole again, with its keys, once that is restarted', async () => {
    const { cluster, owner, other } = await ownerAndOther('killed')
    const client = connect()
    await client.set('killed', 'kept')
    await cluster.killNode(owner)
    const left = `redis://127.0.0.1:${other}`
    await vi.waitFor(
      async () =>
        expect(String(await askRedis(left, (node) => node.call('CLUSTER', 'INFO')))).toContain(
          'cluster_state:fail',
        ),
      { timeout: 20_000, interval: 100 },
    )
    await cluster.restartNode(owner)
    for (const { port } of cluster.nodes) {
      const info = await askRedis(`redis://127.0.0.1:${port}`, (node) => node.call('CLUSTER', 'INFO'))
      expect(String(info)).toContain('cluster_state:ok')
    }
    expect(await connect().get('killed')).toBe('kept')
  })

  it('refuses ports that are not its own', async () => {
    await expect(clusterHere().killNode(1)).rejects.toThrow(TypeError)
  })

  it('lets a replica take over from its master, and is gone as a whole when it is stopped', async () => {
    const cluster = await startRedisCluster({ replicas: 1 })
    if ('reason' in cluster) throw new Error(cluster.reason)
    // Again, where a failure comes before the stop below.
    endings.push(() => cluster.stop())
    expect(cluster.nodes).toHaveLength(6)
    const client = connect(cluster)
    await client.set('failed over', 'kept')
    const slot = await cluster.slotOf('failed over')
    const master = await cluster.ownerOf(slot)
    await askRedis(`redis://127.0.0.1:${master}`, async (node) => {
      await node.set('failed over', 'kept')
      expect(await node.wait(1, 5_000)).toBe(1)
    })
    await cluster.killNode(master)
    await vi.waitFor(async () => expect(await cluster.ownerOf(slot)).not.toBe(master), {
      timeout: 30_000,
      interval: 100,
    })
    expect(await client.get('failed over')).toBe('kept')
    await cluster.restartNode(master)
    expect(await cluster.ownerOf(slot)).not.toBe(master)

    await cluster.stop()
    const left = await Promise.all(cluster.nodes.map(({ port }) => accepts(`redis://127.0.0.1:${port}`)))
    expect(left).toEqual(left.map(() => false))
  })
})
