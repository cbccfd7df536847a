import { Idem, StoreError, UnsettledError } from '@idem/core'
import { serverOrSkip, startPrivateRedis, startTcpProxy } from '@idem/test-servers'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { RedisStore } from '../src/index'
import { failsAndRecovers } from './support/broken-server'
import { until } from './support/gate'
import { openClients } from './support/open-clients'

const server = serverOrSkip('a private Redis', await startPrivateRedis({ appendOnly: true }))

describe.skipIf(server === undefined)('a server that does not answer', () => {
  const url = server?.url ?? ''
  const open = openClients()

  afterEach(async () => {
    await server?.resume()
  })
  afterAll(() => server?.stop())

  test('because it is down: connection refused', () =>
    failsAndRecovers({
      client: open(url, { maxRetriesPerRequest: 1, retryStrategy: () => 20 }),
      says: /cannot be reached/,
      cause: /max retries per request/,
      spoil: async () => server?.kill(),
      heal: async () => server?.restart(),
    }))

  test('because it is down, and the driver keeps commands until it is up: they are given up, not waited for', () =>
    failsAndRecovers({
      client: open(url, { maxRetriesPerRequest: null, retryStrategy: () => 20 }),
      says: /no answer within 200 ms/,
      cause: /no answer within 200 ms/,
      storeTimeout: 200,
      spoil: async () => server?.kill(),
      heal: async () => server?.restart(),
    }))

  test('because it is down, and the driver keeps no commands', async () => {
    const client = open(url, { enableOfflineQueue: false, retryStrategy: () => 5 })
    const isUp = () => client.status === 'ready'
    await until('the client is connected', isUp)
    await failsAndRecovers({
      client,
      says: /cannot be reached/,
      cause: /enableOfflineQueue|Connection is closed/,
      spoil: async () => server?.kill(),
      heal: async () => {
        await server?.restart()
        await until('the client is connected', isUp)
      },
    })
  })

  test('because it is stopped: no answer in time', () =>
    failsAndRecovers({
      client: open(url),
      says: /no answer within 200 ms/,
      cause: /no answer within 200 ms/,
      storeTimeout: 200,
      spoil: async () => server?.pause(),
      heal: async () => server?.resume(),
    }))

  test('because it is stopped: the time that the driver allows', () =>
    failsAndRecovers({
      client: open(url, { commandTimeout: 100 }),
      says: /Command timed out.*commandTimeout/,
      cause: /Command timed out/,
      spoil: async () => server?.pause(),
      heal: async () => server?.resume(),
    }))

  test('because its connection swallows everything: with `socketTimeout` the client makes another', async () => {
    const proxy = await startTcpProxy(url)
    try {
      const client = open(proxy.url, { socketTimeout: 300, retryStrategy: () => 20 })
      const store = new RedisStore(client)
      await store.get('swallowed')
      // Longer than any test; connections that are made afterwards are as they should be.
      proxy.delay(600_000)
      const asked = store.get('swallowed')
      const closed = new Promise((resolve) => client.once('close', resolve))
      await closed
      proxy.delay(0)
      expect(await asked).toBeUndefined()
      expect(await store.get('swallowed')).toBeUndefined()
    } finally {
      await proxy.close()
    }
  })

  test('because the client was closed', async () => {
    const client = open(url)
    const idem = new Idem({ store: new RedisStore(client) })
    await client.quit()
    const error = await idem.run('closed', async () => 1).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(StoreError)
    expect((error as StoreError).message).toMatch(/Connection is closed.*the client was closed/)
  })

  test('while a handler runs, costs nothing if it answers again within the time to settle', async () => {
    const idem = new Idem({ store: new RedisStore(open(url)), storeTimeout: 1000, settleTimeout: '10s' })
    const value = await idem.run('paused meanwhile', async () => {
      await server?.pause()
      setTimeout(() => void server?.resume(), 1500)
      return 'done'
    })
    expect(value).toBe('done')
    expect(await idem.run('paused meanwhile', async () => 'again')).toBe('done')
  })

  test('while a handler runs, and not again in time: the value is in the error', async () => {
    const idem = new Idem({
      store: new RedisStore(open(url)),
      storeTimeout: 1000,
      settleTimeout: 1000,
      lease: '1h',
    })
    const error = await idem
      .run('paused for long', async () => {
        await server?.pause()
        return 'done'
      })
      .catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(UnsettledError)
    expect((error as UnsettledError).value).toBe('done')
    await server?.resume()
    // What was sent reached the server after all: the answer is known.
    expect(await idem.run('paused for long', async () => 'again')).toBe('done')
  })
})
