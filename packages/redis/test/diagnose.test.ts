import { Idem, type IdemEvent } from '@idem/core'
import { serverOrSkip, startPrivateRedis } from '@idem/test-servers'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { RedisStore } from '../src/index'
import { openClients } from './support/open-clients'

const server = serverOrSkip('a private Redis', await startPrivateRedis())

describe.skipIf(server === undefined)('what the observer is told of the server', () => {
  const url = server?.url ?? ''
  const open = openClients()
  const operator = open(url)
  const policy = (name: string) => operator.config('SET', 'maxmemory-policy', name)
  let keys = 0

  /** The warnings of an Idem of its own, whose store has been asked and has answered. */
  async function warnings(client = operator): Promise<string[]> {
    const events: IdemEvent[] = []
    const store = new RedisStore(client)
    const idem = new Idem({ store, observer: (event) => events.push(event) })
    for (let i = 0; i < 3; i++) await idem.run(`observed ${++keys}`, async () => 1)
    // Asked on the same connection before the first run settled, and answered before this is.
    await client.ping()
    await new Promise(setImmediate)
    expect(events.filter(({ type }) => type === 'store-failed')).toEqual([])
    return events.flatMap((event) => (event.type === 'store-warning' ? [event.message] : []))
  }

  afterEach(() => policy('noeviction'))
  afterAll(() => server?.stop())

  test('is nothing where nothing is evicted', async () => {
    expect(await warnings()).toEqual([])
  })

  test.each(['allkeys-lru', 'volatile-ttl', 'allkeys-random'])('is one warning under %s', async (name) => {
    await policy(name)
    expect(await warnings()).toEqual([
      expect.stringMatching(
        new RegExp(`evict records.*maxmemory-policy ${name}.*set maxmemory-policy to noeviction`),
      ),
    ])
  })

  test('is nothing where the server does not tell', async () => {
    await policy('allkeys-lru')
    await operator.acl('SETUSER', 'app', 'on', '>secret', '~*', '+@all', '-info', 'allchannels')
    const app = open(url, { username: 'app', password: 'secret', enableReadyCheck: false })
    expect(await warnings(app)).toEqual([])
    expect(await new RedisStore(app).diagnose()).toEqual([])
  })
})
