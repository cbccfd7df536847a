import fc from 'fast-check'
import type { Redis } from 'ioredis'
import { describe, expect, inject, test } from 'vitest'
import { RedisStore } from '../src/index'
import { openClients } from './support/open-clients'
import { ownKeys } from './support/own-keys'
import { aClaim, aCompletion, fingerprintOf } from './support/requests'
import { aStory, play } from './support/story'

const url = inject('redisUrl')
const PREFIX = 'records/'

describe.skipIf(url === undefined)('a record', () => {
  const open = openClients()
  const client = url === undefined ? (undefined as never as Redis) : open(url)
  const store =
    url === undefined ? (undefined as never as RedisStore) : new RedisStore(client, { prefix: PREFIX })
  const newKey = ownKeys(client, PREFIX)

  test('is read as it was written, whatever is in it', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(aStory, async (story) => {
        const key = newKey()
        const expected = await play(store, key, story)
        const record = await store.get(key)
        if (expected === undefined) expect(record).toBeUndefined()
        else expect(record).toMatchObject(expected)
      }),
      { numRuns: 400 },
    )
  })

  test('tells when it was made, changed and ends', { timeout: 60_000 }, async () => {
    // Generous: what is told on another clock and with other units would be off by far more.
    const near = (time: number | undefined, expected: number): void => {
      if (expected === Infinity) expect(time).toBe(Infinity)
      else expect(Math.abs((time ?? 0) - expected)).toBeLessThan(30_000)
    }
    await fc.assert(
      fc.asyncProperty(aStory, async (story) => {
        const key = newKey()
        await play(store, key, story)
        const record = await store.get(key)
        if (record === undefined) return
        const { kind } = story.last
        near(record.createdAt, Date.now())
        near(record.updatedAt, Date.now())
        expect(record.updatedAt).toBeGreaterThanOrEqual(record.createdAt)
        near(record.leaseUntil, kind === 'running' ? Date.now() + story.leaseMs : 0)
        if (kind !== 'running' && kind !== 'released')
          near(record.expiresAt, Date.now() + story.keeping.retentionMs)
      }),
      { numRuns: 100 },
    )
  })

  test('holds an answer of a megabyte', async () => {
    const claim = aClaim(newKey())
    const value = 'ä'.repeat(2 ** 19)
    await store.claim(claim)
    expect(await store.complete(aCompletion(claim, { value }))).toBe(true)
    expect(await store.get(claim.key)).toMatchObject({ value })
    expect(await store.claim(aClaim(claim.key))).toMatchObject({ type: 'settled', value })
  })

  test('that runs without an end tells so to who would wait for it', async () => {
    const claim = aClaim(newKey(), { leaseMs: Infinity, keepMs: Infinity })
    await store.claim(claim)
    expect(await store.claim(aClaim(claim.key))).toMatchObject({ type: 'running', leaseMs: Infinity })
  })

  test('of a finished run takes at most 350 bytes', async () => {
    // The usual: a key of 36 characters, an owner of 16, a fingerprint of 24, an answer of 200 bytes.
    const claim = aClaim(crypto.randomUUID(), { fingerprint: fingerprintOf('payload') })
    const bare = new RedisStore(client)
    await bare.claim(claim)
    await bare.complete(aCompletion(claim, { value: 'x'.repeat(200) }))
    const bytes = await client.memory('USAGE', claim.key)
    await client.del(claim.key)
    console.log(`bytes of a finished record: ${bytes}`)
    expect(bytes).toBeLessThanOrEqual(350)
  })
})
