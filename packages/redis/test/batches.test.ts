import { StoreError } from '@idem/core'
import { serverOrSkip, startPrivateRedis } from '@idem/test-servers'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { RedisStore } from '../src/index'
import { Commands, type SentCommand } from './support/commands'
import { openClients } from './support/open-clients'
import { aClaim, aCompletion, aFailure, fingerprintOf } from './support/requests'

const server = serverOrSkip('a private Redis', await startPrivateRedis())

/** How many keys each script was given. */
const sizes = (commands: readonly SentCommand[]): number[] =>
  commands.filter(([name]) => name.startsWith('eval')).map((command) => Number(command[2]))

describe.skipIf(server === undefined)('claims and settles that go together', () => {
  const url = server?.url ?? ''
  const open = openClients()
  const client = open(url)
  const store = new RedisStore(client)
  let commands: Commands
  let round = 0
  const key = (name: string | number): string => `${round}:${name}`
  const claims = (count: number) => Array.from({ length: count }, (_, i) => aClaim(key(i)))

  beforeAll(async () => {
    commands = await Commands.to(open(url))
    const claim = aClaim('warm')
    await store.claim(claim)
    await store.complete(aCompletion(claim))
  })
  afterAll(async () => {
    commands.close()
    await server?.stop()
  })
  beforeEach(() => {
    round++
  })

  test('are the first alone, and then as few commands as 32 keys each allow', async () => {
    const all = claims(100)
    const claimed = await commands.during(() => Promise.all(all.map((claim) => store.claim(claim))))
    expect(sizes(claimed)).toEqual([1, 32, 32, 32, 3])
    const settled = await commands.during(() =>
      Promise.all(all.map((claim) => store.complete(aCompletion(claim)))),
    )
    expect(sizes(settled)).toEqual([1, 32, 32, 32, 3])
  })

  test('have as many keys as the option batch allows, reads too', async () => {
    for (const [batch, expected] of [
      [1, [1, 1, 1, 1, 1]],
      [3, [1, 3, 1]],
    ] as const) {
      round++
      const own = new RedisStore(client, { batch })
      const all = claims(5)
      const claimed = await commands.during(() => Promise.all(all.map((claim) => own.claim(claim))))
      expect(sizes(claimed)).toEqual(expected)
      const settled = await commands.during(() =>
        Promise.all(all.map((claim) => own.complete(aCompletion(claim)))),
      )
      expect(sizes(settled)).toEqual(expected)
      const listed = await commands.during(async () => {
        const found = new Set<string>()
        let cursor: string | undefined
        do {
          const page = await own.list({ prefix: `${round}:`, limit: 1000, cursor })
          for (const record of page.records) found.add(record.key)
          cursor = page.cursor
        } while (cursor !== undefined)
        expect(found.size).toBe(5)
      })
      expect(Math.max(...sizes(listed))).toBe(batch)
    }
  })

  test('get each its own answer', async () => {
    const all = claims(100)
    const acquired = await Promise.all(all.map((claim) => store.claim(claim)))
    expect(acquired.every(({ type }) => type === 'acquired')).toBe(true)
    await Promise.all(all.map((claim) => store.complete(aCompletion(claim, { value: claim.key }))))
    const replays = await Promise.all(all.map((claim) => store.claim(aClaim(claim.key))))
    expect(replays).toMatchObject(all.map((claim) => ({ type: 'settled', value: claim.key })))
  })

  test('with a list under one of the keys: that claim fails, the others do not, the list stays', async () => {
    await client.rpush(key(7), 'of somebody else')
    const outcomes = await Promise.allSettled(claims(20).map((claim) => store.claim(claim)))
    const failed = outcomes.flatMap((outcome, i) =>
      outcome.status === 'rejected' ? [[i, outcome.reason]] : [],
    )
    expect(failed).toEqual([[7, expect.any(StoreError)]])
    expect(failed[0]?.[1]).toMatchObject({
      message: expect.stringMatching(/claim.*WRONGTYPE.*prefix/),
      cause: expect.objectContaining({ message: expect.stringContaining('WRONGTYPE') }),
    })
    expect(await client.lrange(key(7), 0, -1)).toEqual(['of somebody else'])
  })

  test('with a list under one of the keys: nothing of it is settled, the others are', async () => {
    const all = claims(20)
    await Promise.all(all.map((claim) => store.claim(claim)))
    await client.del(key(7))
    await client.rpush(key(7), 'of somebody else')
    const settled = await Promise.all(
      all.map((claim) => store.complete(aCompletion(claim)).catch((error: unknown) => error)),
    )
    expect(settled.filter((outcome) => outcome === true)).toHaveLength(19)
    expect(await client.lrange(key(7), 0, -1)).toEqual(['of somebody else'])
  })

  test('of one key by several owners are decided one after the other', async () => {
    const [ahead, one, other, ...more] = [
      aClaim(key('ahead')),
      ...Array.from({ length: 10 }, () => aClaim(key('same'))),
    ]
    const all = [ahead, one, other, ...more].filter((claim) => claim !== undefined)
    const sent = await commands.during(async () => {
      const outcomes = await Promise.all(all.map((claim) => store.claim(claim)))
      expect(outcomes.map(({ type }) => type)).toEqual(['acquired', 'acquired', ...Array(9).fill('running')])
    })
    expect(sizes(sent)).toEqual([1, 10])
  })

  test('of one key, settled twice over by its owner and once by a stranger, settle it once', async () => {
    const claim = aClaim(key('same'))
    await store.claim(claim)
    const stranger = aClaim(key('same'))
    const [, ...settled] = await Promise.all([
      store.claim(aClaim(key('ahead'))),
      store.complete(aCompletion(stranger, { value: 'a stranger' })),
      store.complete(aCompletion(claim, { value: 'the owner' })),
      store.complete(aCompletion(claim, { value: 'the owner' })),
    ])
    expect(settled).toEqual([false, true, true])
    expect(await store.get(claim.key)).toMatchObject({ state: 'succeeded', value: 'the owner' })
  })

  test('keep each what it asked for: fingerprint, lease and keeping', async () => {
    const asked = [
      {},
      { fingerprint: fingerprintOf('one') },
      { fingerprint: 'short' },
      { leaseMs: 60_000 },
      { keepMs: Infinity },
    ]
    const all = Array.from({ length: 40 }, (_, i) => aClaim(key(i), asked[i % asked.length]))
    await Promise.all([store.claim(aClaim(key('ahead'))), ...all.map((claim) => store.claim(claim))])
    for (const claim of all) {
      const record = await store.get(claim.key)
      expect(record?.fingerprint).toBe(claim.fingerprint)
      expect(Math.round((record?.leaseMs ?? 0) / 10_000)).toBe(claim.leaseMs / 10_000)
      if (claim.keepMs === Infinity) expect(record?.expiresAt).toBe(Infinity)
      else expect(record?.expiresAt).toBeLessThan(Date.now() + claim.keepMs + 10_000)
    }
  })

  test('keep each what it asked for: policy and number of attempts', async () => {
    await store.claim(aClaim(key('failed'), { owner: 'abandoned' }))
    await store.fail({
      ...aCompletion({ key: key('failed'), owner: 'abandoned' }),
      kind: 'abandoned',
      failure: 'x',
    })
    const outcomes = await Promise.all([
      store.claim(aClaim(key('ahead'))),
      store.claim(aClaim(key('failed'), { onAbandoned: 'reject' })),
      store.claim(aClaim(key('failed'), { maxAttempts: 1 })),
      store.claim(aClaim(key('failed'))),
    ])
    expect(outcomes.map(({ type }) => type)).toEqual(['acquired', 'abandoned', 'abandoned', 'acquired'])
  })

  test('keep each what it asked for: the attempt that it waited for', async () => {
    const failed = aClaim(key('failed'))
    const claimed = await store.claim(failed)
    await store.fail(aFailure(failed))
    const fence = claimed.type === 'acquired' ? claimed.fence : 0
    const [, ...outcomes] = await Promise.all([
      store.claim(aClaim(key('ahead'))),
      store.claim(aClaim(key('failed'), { waitedFor: fence })),
      store.claim(aClaim(key('other'))),
      store.claim(aClaim(key('failed'))),
      store.claim(aClaim(key('failed'), { waitedFor: fence })),
    ])
    // Those who waited for the same go together, before the others.
    expect(outcomes.map(({ type }) => type)).toEqual(['settled', 'acquired', 'acquired', 'settled'])
  })

  test('keep each what it asked for: value, retention and tombstone', async () => {
    const asked = [
      {},
      { value: undefined },
      { retentionMs: 60_000 },
      { retentionMs: Infinity },
      { tombstoneMs: 1e9 },
    ]
    const all = claims(40)
    await Promise.all(all.map((claim) => store.claim(claim)))
    const completions = all.map((claim, i) => aCompletion(claim, asked[i % asked.length]))
    await Promise.all([
      store.claim(aClaim(key('ahead'))),
      ...completions.map((completion) => store.complete(completion)),
    ])
    for (const { key, value, retentionMs, tombstoneMs } of completions) {
      const record = await store.get(key)
      expect(record?.value).toBe(value)
      const left = (record?.expiresAt ?? 0) - Date.now()
      if (retentionMs === Infinity) expect(left).toBe(Infinity)
      else expect(Math.abs(left - retentionMs)).toBeLessThan(10_000)
      if (tombstoneMs > 0) expect(await client.pttl(key)).toBeGreaterThan(tombstoneMs)
    }
  })
})
