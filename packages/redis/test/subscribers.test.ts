import { Idem } from '@idem/core'
import { serverOrSkip, startPrivateRedis, startTcpProxy } from '@idem/test-servers'
import { afterAll, describe, expect, test } from 'vitest'
import { RedisLockStore, RedisStore } from '../src/index'
import { Gate, until } from './support/gate'
import { openClients } from './support/open-clients'
import { aClaim, aCompletion } from './support/requests'
import { unhurriedRuntime } from './support/unhurried-runtime'

const server = serverOrSkip('a private Redis', await startPrivateRedis())

describe.skipIf(server === undefined)('a subscriber', () => {
  const url = server?.url ?? ''
  const open = openClients()
  const client = open(url)
  const subscribed = async (channel: string): Promise<number> =>
    Number((await client.pubsub('NUMSUB', channel))[1])

  /** A watch, with what it was told. */
  async function watching(store: RedisStore, key: string) {
    const [told, end] = [[] as (boolean | undefined)[], new AbortController()]
    await store.watch?.(key, (deaf) => void told.push(deaf), end.signal)
    return { told, leave: () => end.abort() }
  }

  afterAll(() => server?.stop())

  test('of two stores: who leaves one leaves those who watch the same key in the other', async () => {
    const subscriber = open(url)
    const [one, other] = [new RedisStore(client, { subscriber }), new RedisStore(client, { subscriber })]
    const claim = aClaim('shared')
    await one.claim(claim)
    const staying = await watching(one, claim.key)
    const leaving = await watching(other, claim.key)
    leaving.leave()
    // Sent after what leaving sends.
    await subscriber.ping()
    await one.complete(aCompletion(claim))
    await until('it is told', () => staying.told.length > 0)
    expect(leaving.told).toEqual([])
    staying.leave()
    await until('unsubscribed', async () => (await subscribed(claim.key)) === 0)
  })

  test('of many stores has the listeners of one', async () => {
    const subscriber = open(url)
    await subscriber.ping()
    const counts = () => ['message', 'close', 'ready'].map((event) => subscriber.listenerCount(event))
    const before = counts()
    const watches = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        watching(new RedisStore(client, { subscriber, prefix: `${i}:` }), 'key'),
      ),
    )
    const end = new AbortController()
    await new RedisLockStore(client, { subscriber }).watch?.('lock', () => {}, end.signal)
    expect(counts()).toEqual(before.map((count) => count + 1))
    for (const { leave } of watches) leave()
    end.abort()
    expect(counts()).toEqual(before)
  })

  test('subscribes again to more channels than a function takes arguments', { timeout: 60_000 }, async () => {
    const subscriber = open(url, { autoResubscribe: false })
    const store = new RedisStore(client, { subscriber })
    const count = 130_000
    // Each its own: a signal with so many listeners would take its time.
    const ends = Array.from({ length: count }, () => new AbortController())
    await subscriber.ping()
    const told = { lost: 0, back: 0 }
    const hear = (deaf?: boolean) => {
      told[deaf ? 'lost' : 'back']++
    }
    await Promise.all(ends.map(({ signal }, i) => store.watch?.(`many ${i}`, hear, signal)))
    await client.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
    await until('they hear again', () => told.back === count)
    expect(told.lost).toBe(count)
    expect(await subscribed(`many ${count - 1}`)).toBe(1)
    expect(await subscribed('many 0')).toBe(1)
    subscriber.disconnect()
    for (const end of ends) end.abort()
  })

  test('says that it hears nothing when its connection is lost, and when it hears again', async () => {
    const proxy = await startTcpProxy(url)
    try {
      const subscriber = open(proxy.url, { retryStrategy: () => 10 })
      await subscriber.ping()
      const store = new RedisStore(client, { subscriber })
      const { told, leave } = await watching(store, 'deaf')
      await proxy.refuse(true)
      proxy.cut()
      await until('deaf', () => told.length > 0)
      expect(told).toEqual([true])
      let isPlaced = false
      const late = watching(store, 'deaf').then((watch) => {
        isPlaced = true
        return watch
      })
      let attempts = 0
      subscriber.on('close', () => attempts++)
      await until('it has tried to connect', () => attempts > 3)
      expect(isPlaced).toBe(false)
      expect(told).toEqual([true])
      await proxy.refuse(false)
      const second = await late
      await until('it hears', () => told.length > 1)
      expect(new Set(told.slice(1))).toEqual(new Set([undefined]))
      await proxy.refuse(true)
      proxy.cut()
      await until('deaf again', () => told.at(-1) === true)
      await proxy.refuse(false)
      await until('it hears again', () => told.at(-1) === undefined)
      leave()
      second.leave()
      await until('unsubscribed', async () => (await subscribed('deaf')) === 0)
    } finally {
      await proxy.close()
    }
  })

  test('that is down leaves who waits to look', async () => {
    const proxy = await startTcpProxy(url)
    try {
      // Later than this takes: an attempt to connect is no look.
      const subscriber = open(proxy.url, { retryStrategy: () => 60_000 })
      const [begun, gate] = [new Gate(), new Gate()]
      const done = new Idem({ store: new RedisStore(client) }).run('looked for', async () => {
        begun.open()
        await gate.opened
        return 'the answer'
      })
      await begun.opened
      const store = new RedisStore(client, { subscriber })
      let looks = 0
      const claim = store.claim.bind(store)
      store.claim = (asked) => {
        looks++
        return claim(asked)
      }
      // With a watch in place, only timers that never fire here would have it look.
      const runtime = { ...unhurriedRuntime, random: () => 0 }
      const waiting = new Idem({ store, runtime, waitTimeout: '1h' })
      const answered = waiting.run('looked for', async () => 'ran again')
      await until('subscribed', async () => (await subscribed('idem:::looked for')) === 1)
      await proxy.refuse(true)
      proxy.cut()
      await until('cut off', async () => (await subscribed('idem:::looked for')) === 0)
      const before = looks
      await until('it looks again and again', () => looks > before + 4)
      gate.open()
      expect(await done).toBe('the answer')
      expect(await answered).toBe('the answer')
    } finally {
      await proxy.close()
    }
  })
})
