import { Idem, Mutex, StoreError } from '@idem/core'
import { serverOrSkip, startPrivateRedis, startRedisCluster } from '@idem/test-servers'
import type { Redis } from 'ioredis'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { RedisLockStore, RedisStore } from '../src/index'
import { until } from './support/gate'
import { openClients } from './support/open-clients'
import { openClusterClients } from './support/open-cluster'
import { aClaim, aCompletion } from './support/requests'

const primary = serverOrSkip('a private Redis', await startPrivateRedis())
const replica = primary && serverOrSkip('a replica', await startPrivateRedis({ replicaOf: primary.port }))

afterAll(async () => {
  await replica?.stop()
  await primary?.stop()
})

/** Resolves as soon as the replica has what the client has written. */
async function heardAgain(client: Redis): Promise<void> {
  await replica?.resume()
  await until('the replica has it', async () => (await client.wait(1, 100)) === 1)
}

describe.skipIf(replica === undefined)('a store that waits for a replica', () => {
  const open = openClients()
  const client = open(primary?.url ?? '')
  const store = new RedisStore(client, { waitReplicas: 1 })

  afterEach(() => replica?.resume())

  test('has told it what was written when a call is over, scripts known or not', async () => {
    const reading = open(replica?.url ?? '', { readOnly: true })
    for (const key of ['unknown scripts', 'known scripts']) {
      const claim = aClaim(key)
      expect(await store.claim(claim)).toMatchObject({ type: 'acquired' })
      expect(await reading.exists(key)).toBe(1)
      expect(await store.complete(aCompletion(claim))).toBe(true)
      expect((await reading.getBuffer(key))?.at(0)).toBe(249)
    }
  })

  test('fails a call of which it does not hear, and succeeds with the same attempt when it is sent again', async () => {
    const claim = aClaim('stopped')
    await replica?.pause()
    const error: unknown = await store.claim(claim).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(StoreError)
    expect((error as StoreError).message).toMatch(/0 of 1 replicas \(waitReplicas\) have it after 500 ms/)
    await heardAgain(client)
    expect(await store.claim(claim)).toMatchObject({ type: 'acquired', attempt: 1 })

    await replica?.pause()
    await expect(store.complete(aCompletion(claim))).rejects.toThrow(/0 of 1 replicas/)
    await heardAgain(client)
    expect(await store.complete(aCompletion(claim))).toBe(true)
    expect(await store.get('stopped')).toMatchObject({ state: 'succeeded', attempt: 1 })
  })

  test('waits once for all that is asked for meanwhile', async () => {
    const waits = async () =>
      Number(/cmdstat_wait:calls=(\d+)/.exec(await client.info('commandstats'))?.[1] ?? 0)
    const claims = Array.from({ length: 100 }, (_, index) => aClaim(`together ${index}`))
    await Promise.all(claims.map((claim) => store.claim(claim)))
    const renew = (claim: (typeof claims)[0]) => store.extend({ ...claim, leaseMs: 60_000 })
    // From now on the server knows the script.
    expect(await renew(claims[0] as (typeof claims)[0])).toBe(true)
    const before = await waits()
    const renewed = await Promise.all(claims.map(renew))
    expect(renewed.every((held) => held)).toBe(true)
    // The first goes at once, and the others when it is answered.
    expect((await waits()) - before).toBe(2)
  })

  test('fails only the call that fails of those that went together', async () => {
    await client.set('no record', 'something else')
    const claims = ['first', 'second', 'third'].map((name) => aClaim(`beside ${name}`))
    await Promise.all(claims.map((claim) => store.claim(claim)))
    const lease = { ...aClaim('no record'), leaseMs: 60_000 }
    const ends = await Promise.allSettled([
      store.extend({ ...(claims[0] as typeof lease), leaseMs: 60_000 }),
      store.extend(lease),
      store.extend({ ...(claims[1] as typeof lease), leaseMs: 60_000 }),
    ])
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })

  test('fails what was under way and what came meanwhile when the driver gives up, and goes on', async () => {
    const own = open(primary?.url ?? '', { retryStrategy: () => null })
    const lost = new RedisStore(own, { waitReplicas: 1 })
    await own.ping()
    own.disconnect()
    const claims = ['one', 'two', 'three'].map((name) => aClaim(`lost ${name}`))
    const ends = await Promise.allSettled(claims.map((claim) => lost.claim(claim)))
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    for (const end of ends) expect((end as PromiseRejectedResult).reason).toBeInstanceOf(StoreError)
    await own.connect()
    expect(await lost.claim(claims[0] as (typeof claims)[0])).toMatchObject({ type: 'acquired' })
  })

  test('of which it does not hear once, costs a caller nothing but time', async () => {
    const idem = new Idem({ store })
    let runs = 0
    await replica?.pause()
    setTimeout(() => void replica?.resume(), 300)
    expect(await idem.run('slow', async () => ++runs)).toBe(1)
    expect(await idem.run('slow', async () => ++runs)).toBe(1)
  })
})

describe.skipIf(replica === undefined)('a lock store that waits for a replica', () => {
  const open = openClients()
  const client = open(primary?.url ?? '')
  const store = new RedisLockStore(client, { waitReplicas: 1 })
  const request = { name: 'door', owner: 'one', ttlMs: 60_000 }

  afterEach(() => replica?.resume())

  test('grants, renews and gives back only what it has heard of; another try has the same fence', async () => {
    const granted = await store.acquire(request)
    expect(granted).toMatchObject({ acquired: true })
    await replica?.pause()
    await expect(store.acquire(request)).rejects.toThrow(/0 of 1 replicas/)
    await expect(store.extend(request)).rejects.toThrow(StoreError)
    expect(await store.isHeld('door')).toBe(true)
    await heardAgain(client)
    expect(await store.acquire(request)).toMatchObject({ fence: 'fence' in granted ? granted.fence : 0 })
    expect(await store.release(request)).toBe(true)
  })

  test('serves a mutex', async () => {
    expect(await new Mutex({ store }).run('door', async () => 'in')).toBe('in')
  })
})

const cluster = serverOrSkip('a Redis Cluster', await startRedisCluster({ replicas: 1 }))

describe.skipIf(cluster === undefined)('on a cluster, a store that waits for a replica', () => {
  const open = openClusterClients(cluster)
  afterAll(() => cluster?.stop())

  test('waits where the key is', async () => {
    const idem = new Idem({ store: new RedisStore(open(), { waitReplicas: 1 }) })
    const keys = Array.from({ length: 30 }, (_, i) => i)
    expect(await Promise.all(keys.map((key) => idem.run(String(key), async () => key)))).toEqual(keys)
    expect(await Promise.all(keys.map((key) => idem.run(String(key), async () => -1)))).toEqual(keys)
  })

  test('fails where there are not so many', async () => {
    const store = new RedisStore(open(), { waitReplicas: 2 })
    await expect(store.claim(aClaim('too many'))).rejects.toThrow(/1 of 2 replicas/)
  })
})
