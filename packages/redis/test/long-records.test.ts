import type { Redis } from 'ioredis'
import { describe, expect, inject, test } from 'vitest'
import { RedisStore } from '../src/index'
import { openClients } from './support/open-clients'
import { ownKeys } from './support/own-keys'
import { aClaim, aCompletion, aFailure, fingerprintOf } from './support/requests'

const url = inject('redisUrl')
const PREFIX = 'long-records/'

/** From below the length at which scripts treat a record otherwise to far beyond; characters have two bytes. */
const LENGTHS = [1900, 2010, 2020, 2048, 8192, 20_000, 100_000]

describe.skipIf(url === undefined)('a long record', () => {
  const open = openClients()
  const client = url === undefined ? (undefined as never as Redis) : open(url)
  const store = new RedisStore(client, { prefix: PREFIX })
  const newKey = ownKeys(client, PREFIX)

  describe.each(LENGTHS.map((length) => ({ length, text: 'ä'.repeat(length) })))('of $length', ({ text }) => {
    test.each([
      { of: 'a fingerprint', asked: { fingerprint: fingerprintOf('payload') } },
      { of: 'none', asked: {} },
      { of: 'a fingerprint of another kind', asked: { fingerprint: 'other' } },
      { of: 'an owner of another kind', asked: { owner: 'somebody' } },
    ])('is replayed, with $of', async ({ asked }) => {
      const claim = aClaim(newKey(), asked)
      await store.claim(claim)
      expect(await store.complete(aCompletion(claim, { value: text }))).toBe(true)
      expect(await store.complete(aCompletion(claim, { value: 'late' }))).toBe(true)
      const again = { ...claim, owner: 'another one here' }
      const replayed = await store.claim(again)
      expect(replayed).toMatchObject({ type: 'settled', state: 'succeeded', value: text, attempt: 1 })
      expect(replayed).toMatchObject({ fingerprint: claim.fingerprint })
      expect((replayed as { retentionMs: number }).retentionMs).toBeGreaterThan(3_500_000)
      expect(await store.get(claim.key)).toMatchObject({ value: text, owner: claim.owner })
    })

    test('is replayed beside short ones', async () => {
      const claims = Array.from({ length: 9 }, () => aClaim(newKey()))
      await Promise.all(claims.map((claim) => store.claim(claim)))
      const textOf = (i: number): string => (i % 3 === 1 ? text : `${i}`)
      const settled = claims.map((claim, i) => store.complete(aCompletion(claim, { value: textOf(i) })))
      expect(await Promise.all(settled)).toEqual(claims.map(() => true))
      const replayed = await Promise.all(claims.map(({ key }) => store.claim(aClaim(key))))
      expect(replayed.map((outcome) => 'value' in outcome && outcome.value)).toEqual(
        claims.map((_, i) => textOf(i)),
      )
    })

    test('is replayed for ever, and until a tombstone follows it', async () => {
      for (const keeping of [{ retentionMs: Infinity }, { retentionMs: 60_000, tombstoneMs: 60_000 }]) {
        const claim = aClaim(newKey())
        await store.claim(claim)
        await store.complete(aCompletion(claim, { value: text, ...keeping }))
        const { retentionMs, ...outcome } = (await store.claim(aClaim(claim.key))) as { retentionMs: number }
        expect(outcome).toMatchObject({ type: 'settled', value: text })
        if (keeping.retentionMs === Infinity) expect(retentionMs).toBe(Infinity)
        else expect(Math.abs(retentionMs - keeping.retentionMs)).toBeLessThan(30_000)
      }
    })

    test('is kept of steps while it runs, and for the attempt that takes over', async () => {
      const claim = aClaim(newKey(), { leaseMs: 60_000 })
      await store.claim(claim)
      await store.saveStep({ key: claim.key, owner: claim.owner, name: 'step', value: text })
      const waiting = await store.claim(aClaim(claim.key))
      expect(waiting).toMatchObject({ type: 'running', attempt: 1 })
      expect(Math.abs((waiting as { leaseMs: number }).leaseMs - 60_000)).toBeLessThan(30_000)
      await store.fail(aFailure(claim, { kind: 'abandoned', failure: text }))
      expect(await store.claim(aClaim(claim.key, { onAbandoned: 'reject' }))).toMatchObject({
        type: 'abandoned',
        attempt: 1,
        failure: text,
      })
      const next = aClaim(claim.key)
      expect(await store.claim(next)).toMatchObject({
        type: 'acquired',
        attempt: 2,
        takeover: true,
        steps: [{ name: 'step', value: text }],
      })
      expect(await store.complete(aCompletion(next, { value: text }))).toBe(true)
      expect(await store.claim(aClaim(claim.key))).toMatchObject({ type: 'settled', attempt: 2, value: text })
    })

    test('of a failure is replayed', async () => {
      const claim = aClaim(newKey())
      await store.claim(claim)
      await store.fail(aFailure(claim, { kind: 'final', failure: text }))
      expect(await store.claim(aClaim(claim.key))).toMatchObject({
        type: 'settled',
        state: 'failed',
        failure: text,
      })
    })
  })
})
