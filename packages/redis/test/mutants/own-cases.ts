import { equal, ok, rejects } from 'node:assert/strict'
import fc from 'fast-check'
import type { Redis } from 'ioredis'
import { expect } from 'vitest'
import type { RedisStore } from '../../src/index'
import { foreignValues } from '../support/foreign-values'
import { aClaim, aCompletion, aFailure, fingerprintOf, token } from '../support/requests'
import { aStory, play } from '../support/story'

/** What is to be tried: a store without prefix, a client to the same server, and a key of one's own. */
export interface Scene {
  readonly store: RedisStore
  readonly client: Redis
  readonly key: string
}

/** So far from now is what is told on another clock; so near, what a busy machine makes of now. */
const NEAR_MS = 60_000
const near = (time: number | undefined, expected: number): void =>
  ok(Math.abs((time ?? 0) - expected) < NEAR_MS, `${time} is not ${expected}`)

/** A running record of a first attempt, as if it had been claimed so many milliseconds ago. */
async function claimedAgo(
  { client, key }: Scene,
  ms: number,
  leaseMs = NEAR_MS,
): Promise<{ key: string; owner: string }> {
  const owner = token()
  const raw = Buffer.alloc(12 + 16 + 7)
  raw.writeBigUInt64BE(BigInt(Date.now() - ms) * 1000n, 1)
  raw.writeUInt8(248, 0)
  raw.writeUInt8(2, 1)
  raw.write(owner, 12)
  raw.writeUIntBE(Date.now() + leaseMs, 29, 6)
  await client.set(key, raw, 'PX', 3_600_000)
  return { key, owner }
}

/** What Redis adds to the contract: several keys a command, keys of others, the layout of records, clocks that jump. */
export const ownCases: Readonly<Record<string, (scene: Scene) => Promise<void>>> = {
  async 'claims of one key in a batch see one another'({ store, key }) {
    const batch = (more: object = {}) =>
      Promise.all([`${key}:ahead`, key, key].map((each) => store.claim(aClaim(each, more))))
    const outcomes = await batch()
    expect(outcomes.map(({ type }) => type)).toEqual(['acquired', 'acquired', 'running'])
    const failed = aClaim(`${key}:failed`)
    await store.claim(failed)
    await store.fail(aFailure(failed))
    const again = await Promise.all(
      [`${key}:before`, failed.key, failed.key].map((each) => store.claim(aClaim(each))),
    )
    expect(again.map(({ type }) => type)).toEqual(['acquired', 'acquired', 'running'])
  },

  async 'completions of one key in a batch see one another'({ store, key }) {
    const claim = aClaim(key)
    await store.claim(claim)
    const settled = await Promise.all([
      store.claim(aClaim(`${key}:ahead`)),
      store.complete(aCompletion(claim, { value: 'first' })),
      store.complete(aCompletion(claim, { value: 'second' })),
    ])
    expect(settled.slice(1)).toEqual([true, true])
    equal((await store.get(key))?.value, 'first')
  },

  async 'what is no record is left alone, and fails by itself'({ store, client, key }) {
    await client.rpush(key, 'of somebody else')
    for (const keepMs of [NEAR_MS, Infinity]) {
      await rejects(store.claim(aClaim(key, { keepMs })), /WRONGTYPE/)
    }
    await rejects(store.get(key), /WRONGTYPE/)
    await rejects(store.delete(key), /WRONGTYPE/)
    await store.claim(aClaim(`${key}:record`))
    const found: string[] = []
    let cursor: string | undefined
    do {
      const page = await store.list({ prefix: key, limit: 100, cursor })
      found.push(...page.records.map((record) => record.key))
      cursor = page.cursor
    } while (cursor !== undefined)
    expect(found).toEqual([`${key}:record`])
    expect(await client.lrange(key, 0, -1)).toEqual(['of somebody else'])
    await client.del(key)
  },

  async 'a string that is no record is left alone, and fails by itself'({ store, client, key }) {
    for (const [i, value] of Object.values(foreignValues).entries()) {
      const claim = aClaim(`${key}:${i}`)
      const report = { ...claim, retentionMs: NEAR_MS, tombstoneMs: 0 }
      const beside = aClaim(`${key}:${i}:beside`)
      await client.set(claim.key, value)
      const [, besides, foreign] = await Promise.allSettled(
        [{ ...claim, key: `${key}:${i}:ahead` }, beside, claim].map((each) => store.claim(each)),
      )
      equal(besides?.status === 'fulfilled' && besides.value.type, 'acquired')
      ok(foreign?.status === 'rejected' && /WRONGTYPE/.test(foreign.reason.message))
      const [, settled, refused] = await Promise.allSettled(
        [{ ...claim, key: `${key}:${i}:ahead` }, beside, claim].map((each) =>
          store.complete(aCompletion(each)),
        ),
      )
      equal(settled?.status === 'fulfilled' && settled.value, true)
      ok(refused?.status === 'rejected' && /WRONGTYPE/.test(refused.reason.message))
      await rejects(store.resolve(report), /WRONGTYPE/)
      await rejects(store.get(claim.key), /WRONGTYPE/)
      await rejects(store.delete(claim.key), /WRONGTYPE/)
      expect(await client.getBuffer(claim.key)).toEqual(value)
      const { records } = await store.list({ prefix: claim.key, limit: 1000 })
      ok(records.every((record) => record.key !== claim.key))
    }
  },

  async 'records are read as they were written'({ store, key }) {
    for (const [i, story] of fc.sample(aStory, { seed: 7, numRuns: 80 }).entries()) {
      const expected = await play(store, `${key}:${i}`, story)
      const record = await store.get(`${key}:${i}`)
      if (expected === undefined) equal(record, undefined)
      else expect(record).toMatchObject(expected)
    }
  },

  async 'changes long after the claim, and before it by a clock that was set back, are told right'(scene) {
    const { store, key } = scene
    for (const hours of [5, -5]) {
      const own = await claimedAgo(scene, hours * 3_600_000)
      near((await store.get(key))?.createdAt, Date.now() - hours * 3_600_000)
      await store.saveStep({ ...own, name: 'step' })
      near((await store.get(key))?.updatedAt, Date.now())
      await store.complete(aCompletion(await claimedAgo(scene, hours * 3_600_000)))
      near((await store.get(key))?.updatedAt, Date.now())
      await store.fail(aFailure(await claimedAgo(scene, hours * 3_600_000)))
      near((await store.get(key))?.updatedAt, Date.now())
      await store.resolve(aCompletion(await claimedAgo(scene, hours * 3_600_000, -1)))
      near((await store.get(key))?.updatedAt, Date.now())
    }
  },

  async 'a fence tells when its attempt began'(scene) {
    await scene.store.fail(aFailure(await claimedAgo(scene, 5 * 3_600_000)))
    const next = await scene.store.claim(aClaim(scene.key))
    near(next.type === 'acquired' ? next.fence / 1000 : 0, Date.now())
  },

  async 'an omitted value stays omitted, and nothing of the record is lost'({ store, key }) {
    const claim = aClaim(key, { fingerprint: fingerprintOf('payload') })
    await store.claim(claim)
    await store.complete(aCompletion(claim, { value: undefined }))
    const before = await store.get(key)
    equal(await store.complete(aCompletion(claim, { value: 'after all' })), true)
    expect(await store.get(key)).toEqual(before)
  },

  async 'a fence does not fall with the clock'(scene) {
    const own = await claimedAgo(scene, -5 * 3_600_000)
    const before = await scene.store.get(scene.key)
    await scene.store.fail(aFailure(own))
    const next = await scene.store.claim(aClaim(scene.key))
    expect(next).toMatchObject({ type: 'acquired', fence: (before?.fence ?? 0) + 1 })
    // In the millisecond of the first attempt, if one goes by the fence.
    expect(await scene.store.get(scene.key)).toMatchObject({ attempt: 2, createdAt: before?.createdAt })
  },

  async 'what is without limit is told so'({ store, client, key }) {
    const claim = aClaim(key, { leaseMs: Infinity, keepMs: Infinity })
    await store.claim(claim)
    expect(await store.claim(aClaim(key))).toMatchObject({ type: 'running', leaseMs: Infinity })
    equal(await client.pttl(key), -1)
    await store.fail(aFailure(claim, { retentionMs: Infinity }))
    expect(await store.claim(claim)).toMatchObject({ type: 'settled', retentionMs: Infinity })
    const second = aClaim(key, { keepMs: Infinity })
    await store.claim(second)
    await store.complete(aCompletion(second, { retentionMs: Infinity }))
    expect(await store.claim(aClaim(key))).toMatchObject({ type: 'settled', retentionMs: Infinity })
    expect(await store.get(key)).toMatchObject({ expiresAt: Infinity })
    await client.del(key)
  },

  async 'what is limited expires'({ store, client, key }) {
    const left = async (limitMs: number) => {
      const ms = await client.pttl(key)
      ok(ms > 0 && ms <= limitMs, `${ms} ms are left of ${limitMs}`)
    }
    const claim = aClaim(key, { keepMs: NEAR_MS })
    await store.claim(claim)
    await left(NEAR_MS)
    await store.saveStep({ ...claim, name: 'step' })
    await left(NEAR_MS)
    await store.fail(aFailure(claim, { retentionMs: 50_000 }))
    await left(50_000)
    const next = aClaim(key, { keepMs: 40_000 })
    await store.claim(next)
    await left(40_000)
    await store.release(next)
    await left(40_000)
    const last = aClaim(key, { keepMs: NEAR_MS })
    await store.claim(last)
    await store.complete(aCompletion(last, { retentionMs: 30_000 }))
    await left(30_000)
    const outcome = await store.claim(aClaim(key))
    ok(outcome.type === 'settled' && outcome.retentionMs <= 30_000)
  },

  async 'a tombstone is the key without its answer, and goes when it should'({ store, client, key }) {
    const claim = aClaim(key)
    await store.claim(claim)
    await store.saveStep({ ...claim, name: 'step', value: 'x'.repeat(1000) })
    await store.complete(
      aCompletion(claim, { value: 'x'.repeat(1000), retentionMs: 1, tombstoneMs: NEAR_MS }),
    )
    // One millisecond is over within a few round trips.
    for (let i = 0; i < 20; i++) await store.claim(aClaim(key))
    expect(await store.claim(aClaim(key))).toEqual({ type: 'expired' })
    ok((await client.strlen(key)) < 100)
    ok((await client.pttl(key)) > 0)
    equal(await store.resolve({ ...claim, value: 'x', retentionMs: NEAR_MS, tombstoneMs: 0 }), false)
    expect(await store.claim(aClaim(key))).toEqual({ type: 'expired' })
  },

  async 'a replay is for its own payload, whoever ran it'({ store, key }) {
    for (const owner of [token(), 'x'.repeat(20)]) {
      const claim = aClaim(`${key}:${owner}`, { owner, fingerprint: fingerprintOf('one') })
      await store.claim(claim)
      await store.complete(aCompletion(claim))
      const asked = [undefined, fingerprintOf('one'), fingerprintOf('other'), 'short']
      const outcomes = await Promise.all(
        asked.map((fingerprint) => store.claim(aClaim(claim.key, { fingerprint }))),
      )
      expect(outcomes.map(({ type }) => type)).toEqual(['settled', 'settled', 'mismatch', 'mismatch'])
    }
  },
}
