import { Idem, type IdemEvent } from '@idem/core'
import { serverOrSkip, startPrivateRedis, startTcpProxy } from '@idem/test-servers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RedisStore } from '../src/index'
import { Commands, names } from './support/commands'
import { Gate, until } from './support/gate'
import { openClients } from './support/open-clients'
import { unhurriedRuntime } from './support/unhurried-runtime'

const server = serverOrSkip('a private Redis', await startPrivateRedis())

/** Timers of those who wait never fire here: what wakes them is the message. */
describe.skipIf(server === undefined)('who waits, with a subscriber,', () => {
  const url = server?.url ?? ''
  const open = openClients()
  const operator = open(url)
  const owner = new Idem({ store: new RedisStore(open(url)) })
  let rounds = 0

  /** An attempt that runs elsewhere until its gate is opened. */
  async function running(by = owner) {
    const key = `waited ${++rounds}`
    const [begun, gate] = [new Gate(), new Gate()]
    const done = by.run(key, async () => {
      begun.open()
      await gate.opened
      return 'the answer'
    })
    await begun.opened
    return { key, channel: `idem:::${key}`, gate, done }
  }
  const waitingWith = (store: RedisStore) => new Idem({ store, runtime: unhurriedRuntime, waitTimeout: '1h' })
  const subscribed = async (channel: string): Promise<number> =>
    Number((await operator.pubsub('NUMSUB', channel))[1])
  const answer = (idem: Idem, key: string) => idem.run(key, async () => 'ran again')

  beforeAll(async () => {
    // What the key of a record looks like, which is the channel too.
    await owner.run('known', async () => 1)
    expect(await operator.exists('idem:::known')).toBe(1)
  })
  afterAll(() => server?.stop())

  test('is woken by the settle', async () => {
    const waiting = waitingWith(new RedisStore(open(url), { subscriber: open(url) }))
    const { key, channel, gate } = await running()
    const answered = answer(waiting, key)
    await until('subscribed', async () => (await subscribed(channel)) === 1)
    gate.open()
    expect(await answered).toBe('the answer')
  })

  test('shares one subscription with all who wait for the same key, and leaves nothing behind', async () => {
    const subscriber = open(url)
    const client = open(url)
    const store = new RedisStore(client, { subscriber })
    const listeners = () =>
      ['message', 'close', 'ready', 'end'].map((event) => subscriber.listenerCount(event))
    await Promise.all([client.ping(), subscriber.ping()])
    const before = listeners()
    const commands = await Commands.to(operator)
    try {
      const { key, channel, gate } = await running()
      const sent = await commands.during(async () => {
        const answers = Array.from({ length: 50 }, () => answer(waitingWith(store), key))
        await until('subscribed', async () => (await subscribed(channel)) === 1)
        gate.open()
        expect(new Set(await Promise.all(answers))).toEqual(new Set(['the answer']))
        await until('unsubscribed', async () => (await subscribed(channel)) === 0)
      })
      const [subscribes, unsubscribes] = ['subscribe', 'unsubscribe'].map((wanted) =>
        sent.filter(([name]) => name === wanted),
      )
      expect(subscribes).toEqual([['subscribe', channel]])
      expect(unsubscribes).toEqual([['unsubscribe', channel]])
      expect(listeners()).toEqual(before)
    } finally {
      commands.close()
    }
  })

  test.each(['', 'app:'])('hears of every key it waits for (keyPrefix %j)', async (keyPrefix) => {
    const options = { keyPrefix }
    const store = new RedisStore(open(url, options), { subscriber: open(url, options), prefix: 'idem/' })
    const by = new Idem({ store: new RedisStore(open(url, options), { prefix: 'idem/' }) })
    const waiting = waitingWith(store)
    const attempts = await Promise.all(Array.from({ length: 20 }, () => running(by)))
    const answers = attempts.map(({ key }) => answer(waiting, key))
    for (const { channel, gate } of attempts) {
      await until('subscribed', async () => (await subscribed(`${keyPrefix}idem/${channel}`)) === 1)
      gate.open()
    }
    expect(new Set(await Promise.all(answers))).toEqual(new Set(['the answer']))
  })

  test.each([
    ['', true],
    ['app:', true],
    ['', false],
  ])(
    'is subscribed again after its connection was killed (keyPrefix %j, autoResubscribe %j)',
    async (keyPrefix, autoResubscribe) => {
      const subscriber = open(url, { keyPrefix, autoResubscribe })
      const store = new RedisStore(open(url, { keyPrefix }), { subscriber })
      const by = new Idem({ store: new RedisStore(open(url, { keyPrefix })) })
      const { key, channel, gate } = await running(by)
      const answered = answer(waitingWith(store), key)
      await until('subscribed', async () => (await subscribed(keyPrefix + channel)) === 1)
      expect(await operator.call('CLIENT', 'KILL', 'TYPE', 'pubsub')).toBeGreaterThan(0)
      await until('subscribed again', async () => (await subscribed(keyPrefix + channel)) === 1)
      gate.open()
      expect(await answered).toBe('the answer')
      await until('unsubscribed', async () => (await operator.pubsub('CHANNELS', `*${channel}`)).length === 0)
    },
  )

  test('looks again when its connection is lost, before there is another', async () => {
    const proxy = await startTcpProxy(url)
    try {
      const subscriber = open(proxy.url, { retryStrategy: () => 10 })
      await subscriber.ping()
      const store = new RedisStore(open(url), { subscriber })
      const [told, leave] = [new Gate(), new AbortController()]
      await store.watch?.('any', told.open, leave.signal)
      await proxy.refuse(true)
      proxy.cut()
      await told.opened
      leave.abort()
    } finally {
      await proxy.close()
    }
  })

  test('looks again when its connection comes back: it may have missed the message', async () => {
    const proxy = await startTcpProxy(url)
    try {
      const subscriber = open(proxy.url, { retryStrategy: () => 10 })
      const { key, channel, gate, done } = await running()
      const answered = answer(waitingWith(new RedisStore(open(url), { subscriber })), key)
      await until('subscribed', async () => (await subscribed(channel)) === 1)
      await proxy.refuse(true)
      proxy.cut()
      await until('cut off', async () => (await subscribed(channel)) === 0)
      gate.open()
      await done
      await proxy.refuse(false)
      expect(await answered).toBe('the answer')
    } finally {
      await proxy.close()
    }
  })

  test('need not be heard of: the owner may be a user who must not PUBLISH', async () => {
    await operator.acl('SETUSER', 'mute', 'on', '>secret', '~*', '+@all', '-publish', 'resetchannels')
    const events: IdemEvent[] = []
    const store = new RedisStore(open(url, { username: 'mute', password: 'secret' }))
    const by = new Idem({ store, observer: (event) => events.push(event) })
    const { key, gate, done } = await running(by)
    // These timers do fire: without a message there is only looking again.
    const answered = answer(new Idem({ store: new RedisStore(open(url), { subscriber: open(url) }) }), key)
    gate.open()
    expect(await done).toBe('the answer')
    expect(await answered).toBe('the answer')
    expect(events.map(({ type }) => type)).toEqual(['started', 'succeeded'])
  })

  test('without a subscriber, looks again ever more rarely', async () => {
    const waiting = new Idem({ store: new RedisStore(open(url)) })
    const { key, gate } = await running()
    const commands = await Commands.to(operator)
    try {
      const began = performance.now()
      const sent = await commands.during(async () => {
        const answered = answer(waiting, key)
        // A time that passes is what this is about; the bound below counts the time that it really took.
        await new Promise((resolve) => setTimeout(resolve, 1500))
        gate.open()
        expect(await answered).toBe('the answer')
      })
      const looks = names(sent).filter((name) => name.startsWith('evalsha')).length
      // 5, 10, 20, 40, 80, 160 ms at least, then a quarter of a second each; the claim and the settle come on top.
      expect(looks).toBeLessThanOrEqual(6 + (performance.now() - began) / 250 + 2)
      expect(looks).toBeGreaterThan(4)
    } finally {
      commands.close()
    }
  })
})
