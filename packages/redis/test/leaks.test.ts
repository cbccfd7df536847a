import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Idem } from '@idem/core'
import { serverOrSkip, startPrivateRedis } from '@idem/test-servers'
import { afterAll, describe, expect, test } from 'vitest'
import { RedisStore } from '../src/index'
import { until } from './support/gate'
import { openClients } from './support/open-clients'

const KEYS = 100_000
const AT_ONCE = 500

const server = serverOrSkip('a private Redis', await startPrivateRedis())

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void
const heapBytes = (): number => {
  collectGarbage()
  collectGarbage()
  return process.memoryUsage().heapUsed
}

describe.skipIf(server === undefined)('what is left of 100,000 keys that were run and have expired', () => {
  const url = server?.url ?? ''
  const open = openClients()
  const client = open(url)
  const subscriber = open(url)
  const idem = new Idem({
    store: new RedisStore(client, { subscriber }),
    retention: '1s',
    cache: { max: 1000, maxAge: '1s' },
  })
  const others = open(url)
  const other = new Idem({ store: new RedisStore(others, { subscriber }), retention: '1s' })
  let runs = 0

  /** Every fiftieth key is asked for in two processes, of which one waits. */
  async function runKeys(from: number, to: number): Promise<void> {
    let next = from
    const lane = async () => {
      while (next < to) {
        const key = `key ${next++}`
        const run = async () => ++runs
        if (runs % 50 > 0) await idem.run(key, run)
        else await Promise.all([idem.run(key, run), other.run(key, run)])
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, lane))
  }
  const listeners = () =>
    [client, subscriber].flatMap((each) =>
      each.eventNames().map((event) => `${String(event)} ${each.listenerCount(event)}`),
    )
  const resources = () =>
    process
      .getActiveResourcesInfo()
      .filter((name) => name !== 'Immediate')
      .sort()
  const isEmpty = async () => (await client.dbsize()) === 0

  afterAll(() => server?.stop())

  test('is nothing: no key, channel, listener or timer, and no memory', { timeout: 60_000 }, async () => {
    await Promise.all([client.ping(), others.ping(), subscriber.ping()])
    // Those that connecting took are of no interest: at the end there is to be none.
    const before = { listeners: listeners(), resources: resources().filter((name) => name !== 'Timeout') }
    // What is made once is made.
    await runKeys(0, 5000)
    await until('all are expired', isEmpty)
    const heapBefore = heapBytes()

    runs = 0
    await runKeys(5000, 5000 + KEYS)
    expect(runs).toBe(KEYS)
    await until('all are expired', isEmpty)
    expect(await client.pubsub('CHANNELS', '*')).toEqual([])
    expect(listeners()).toEqual(before.listeners)
    await until('no timer is left', () => resources().join() === before.resources.join())
    // A hundred bytes a key would be ten million.
    expect(heapBytes() - heapBefore).toBeLessThan(3_000_000)
  })
})
