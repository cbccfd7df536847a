import { Idem, MemoryStore } from '@idem/core'
import { Redis } from 'ioredis'
import { Redis as Redis5 } from 'ioredis5'
import { afterAll, describe, expect, inject, test } from 'vitest'
import { type RedisClient, RedisLockStore, RedisStore } from '../src/index'
import { until } from './support/gate'
import { aClaim, aCompletion } from './support/requests'
import { unhurriedRuntime } from './support/unhurried-runtime'

const url = inject('redisUrl') ?? ''

/** Each way to make a client that changes what the driver answers, in pairs: one to ask, one to listen. */
const makers: Readonly<Record<string, () => RedisClient & { disconnect(): void }>> = {
  'ioredis 6': () => new Redis(url),
  'ioredis 5': () => new Redis5(url),
  'ioredis 6 with replies of RESP3': () => new Redis(url, { protocol: 3, replyMapping: 'resp3' }),
  'ioredis 6 on RESP2': () => new Redis(url, { protocol: 2 }),
  'numbers as texts': () => new Redis(url, { stringNumbers: true }),
  'numbers as texts, of ioredis 5': () => new Redis5(url, { stringNumbers: true }),
  'a keyPrefix': () => new Redis(url, { keyPrefix: 'behind:' }),
  'a keyPrefix, of ioredis 5': () => new Redis5(url, { keyPrefix: 'behind:' }),
  autopipelining: () => new Redis(url, { enableAutoPipelining: true }),
}

describe.skipIf(url === '')('records through', () => {
  const open: { disconnect(): void }[] = []
  afterAll(() => {
    for (const client of open) client.disconnect()
  })

  test.each(Object.entries(makers))('%s', async (name, make) => {
    const pair = [make(), make()] as const
    open.push(...pair)
    const [client, subscriber] = pair
    const prefix = `clients/${process.pid}/${name}/`
    const store = new RedisStore(client, { prefix, subscriber })
    const idem = new Idem({ store })
    const waiting = new Idem({ store, runtime: unhurriedRuntime, waitTimeout: '1h' })
    const keys = Array.from({ length: 50 }, (_, i) => String(i))
    const first = await Promise.all(keys.map((key) => idem.run(key, async () => `€ ${key}`)))
    expect(first).toEqual(keys.map((key) => `€ ${key}`))
    expect(await Promise.all(keys.map((key) => idem.run(key, async () => 'again')))).toEqual(first)

    const failing = idem.run('failing', (ctx) => {
      ctx.step('step', () => 1)
      throw new Error('not today')
    })
    await expect(failing).rejects.toThrow('not today')
    expect(await idem.inspect('failing')).toMatchObject({ state: 'failed', attempt: 1 })
    expect(await idem.execute('failing', () => 'now')).toMatchObject({ value: 'now', attempt: 2 })

    let answered: Promise<string> | undefined
    const value = await idem.run('watched', async () => {
      answered = waiting.run('watched', async () => 'ran again')
      await until('somebody waits', async () => (await idem.inspect('watched'))?.state === 'running')
      await new Promise(setImmediate)
      return 'the answer'
    })
    expect(await answered).toBe(value)

    const listed: string[] = []
    for await (const { key } of idem.records()) listed.push(key)
    expect(listed).toHaveLength(keys.length + 2)
    for (const key of listed) expect(await store.delete(key)).toBe(true)
    expect(await store.list({ prefix: '', limit: 1000 }).then(({ records }) => records)).toEqual([])
  })
})

test('what is no client is refused at once', () => {
  const asClient = (client: unknown) => () => new RedisStore(client as RedisClient)
  for (const client of [undefined, null, {}, 'redis://localhost', new MemoryStore(), () => {}]) {
    expect(asClient(client)).toThrow(/client must be a client of ioredis/)
  }
})

test('wrong options are refused, and named', () => {
  const client = new Redis({ lazyConnect: true })
  const withOptions = (options: unknown) => () => new RedisStore(client, options as object)
  expect(withOptions({ prefx: 'a' })).toThrow(
    /prefx is no option here; there are prefix, subscriber, batch, waitReplicas/,
  )
  expect(withOptions({ prefix: 1 })).toThrow(/prefix must be a text; got 1/)
  expect(withOptions({ prefix: null })).toThrow(/prefix must be a text; got null/)
  for (const batch of [0, 1.5, '8', null, Infinity]) {
    expect(withOptions({ batch })).toThrow(/batch must be a whole number, 1 for every key by itself; got/)
  }
  expect(withOptions('abc')).toThrow(/options must be an object; got "abc"/)
  expect(withOptions({ waitReplicas: -1 })).toThrow(/waitReplicas must be a whole number/)
  expect(withOptions({ waitReplicas: 1.5 })).toThrow(/waitReplicas must be a whole number/)
  expect(withOptions({ subscriber: {} })).toThrow(/subscriber must be a client of ioredis/)
  expect(withOptions({ subscriber: client })).toThrow(/a client of its own/)
  expect(withOptions(null)).toThrow(/options must be an object/)
})

test('wrong options of a lock store are refused, and named', () => {
  const client = new Redis({ lazyConnect: true })
  const withOptions = (options: unknown) => () => new RedisLockStore(client, options as object)
  expect(withOptions(null)).toThrow(/options must be an object; got null/)
  expect(withOptions('abc')).toThrow(/options must be an object; got "abc"/)
  expect(withOptions({ prefix: null })).toThrow(/prefix must be a text; got null/)
  expect(withOptions({ batch: 1 })).toThrow('batch is no option here; there are prefix, subscriber')
  expect(withOptions({ waitReplicas: -1 })).toThrow(/waitReplicas must be a whole number/)
})

test('what a client throws is a StoreError like all else', async () => {
  const client = Object.assign(new Redis({ lazyConnect: true }), {
    evalshaBuffer() {
      throw new Error('broken driver')
    },
  })
  const store = new RedisStore(client)
  const claim = aClaim('thrown')
  const calls = [store.claim(claim), store.complete(aCompletion(claim)), store.delete(claim.key)]
  for (const outcome of await Promise.allSettled(calls)) {
    expect(outcome).toMatchObject({
      status: 'rejected',
      reason: {
        name: 'StoreError',
        message: expect.stringContaining('broken driver'),
        cause: expect.any(Error),
      },
    })
  }
})
