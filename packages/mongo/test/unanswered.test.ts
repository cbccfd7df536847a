import type { Claim } from '@idem/core'
import { startTcpProxy, type TcpProxy } from '@idem/test-servers'
import type { MongoClientOptions } from 'mongodb'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { MongoLockStore, MongoStore } from '../src'
import { database } from './database'

/** Longer than any test. */
const FOREVER_MS = 600_000

/** What a call waits for its answer: this, a second for a transaction, and four for the network. */
const OPTIONS = { wtimeoutMs: 500 }
const LIMIT_MS = 5500

const claimOf = (): Claim => ({
  ...{ key: crypto.randomUUID(), owner: crypto.randomUUID(), leaseMs: 60_000, keepMs: 60_000 },
  ...{ maxAttempts: Infinity, onAbandoned: 'takeover' },
})

const completionOf = ({ key, owner }: Claim) => ({
  ...{ key, owner, value: 'v', retentionMs: 60_000, tombstoneMs: 0 },
})

describe.skipIf(inject('mongoUrl') === undefined)('connections from which nothing comes any more', () => {
  const own = database()
  const store = new MongoStore(own.db)
  let proxy: TcpProxy

  beforeAll(() => store.migrate())
  beforeEach(async () => {
    proxy = await startTcpProxy(own.url)
  })
  afterEach(() => proxy.close())
  afterAll(() => own.end())

  /** What comes of calls while connections keep all to themselves; those that are made afterwards are as they should be. */
  async function hung(calls: () => Promise<unknown>[]): Promise<unknown[]> {
    proxy.delay(FOREVER_MS)
    const outcomes = await Promise.all(calls().map((call) => call.catch((error: unknown) => error)))
    proxy.delay(0)
    return outcomes
  }

  /** A client that counts the connections in use, and does not find out by itself what has become of them. */
  async function connected(options: MongoClientOptions = {}) {
    const patient = { heartbeatFrequencyMS: 120_000, connectTimeoutMS: 1000 }
    const db = own.open({ retryWrites: false, retryReads: false, ...patient, ...options }, proxy.url)
    let inUse = 0
    db.client.on('connectionCheckedOut', () => inUse++).on('connectionCheckedIn', () => inUse--)
    await db.command({ ping: 1 })
    return { db, inUse: () => inUse }
  }

  it('keep neither the lanes of a store nor the connections of its pool', async () => {
    const { db, inUse } = await connected({ maxPoolSize: 12 })
    const through = new MongoStore(db, OPTIONS)
    await Promise.all(Array.from({ length: 200 }, () => through.claim(claimOf())))
    const claims = Array.from({ length: 12 * 16 + 20 }, claimOf)
    const began = performance.now()
    const failures = await hung(() => claims.map((claim) => through.claim(claim)))
    expect(performance.now() - began).toBeLessThan(2 * LIMIT_MS)
    expect(String(failures[0])).toMatch(/MongoDB failed to claim: no answer within 5500 ms/)
    expect(String(failures.at(-1))).toMatch(/it was not sent: others went unanswered for 2750 ms/)
    await expect.poll(inUse).toBe(0)
    const again = claims.map((claim) => through.claim(claim))
    expect(new Set((await Promise.all(again)).map(({ type }) => type))).toEqual(new Set(['acquired']))
    const settled = claims.map((claim) => through.complete(completionOf(claim)))
    expect(new Set(await Promise.all(settled))).toEqual(new Set([true]))
  }, 40_000)

  it('fail each other call in time', async () => {
    const { db, inUse } = await connected()
    const through = new MongoStore(db, OPTIONS)
    const locks = new MongoLockStore(db, OPTIONS)
    const claim = claimOf()
    await through.claim(claim)
    const { key, owner } = claim
    // A connection for each: to make one fails in time as it is.
    proxy.delay(100)
    const ask13 = () => Promise.all(Array.from({ length: 13 }, () => through.get(key)))
    await expect.poll(() => ask13().then(() => proxy.counts.open), { timeout: 10_000 }).toBeGreaterThan(13)
    const report = { ...completionOf(claim), kind: 'retryable', failure: 'f' } as const
    const lock = { name: key, owner, ttlMs: 60_000 }
    const failures = await hung(() => [
      through.complete(completionOf(claim)),
      ...[through.extend(claim), through.fail(report), through.saveStep({ key, owner, name: 's' })],
      ...[through.release(claim), through.resolve(completionOf(claim)), through.delete(key)],
      ...[through.get(key), through.list({ prefix: key, limit: 10 })],
      ...[locks.acquire(lock), locks.extend(lock), locks.release(lock), locks.isHeld(key)],
    ])
    expect(failures).toHaveLength(13)
    for (const failure of failures) {
      expect(failure).toMatchObject({ code: 'STORE', message: expect.stringMatching(/no answer within/) })
    }
    await expect.poll(inUse).toBe(0)
    expect(await through.get(key)).toMatchObject({ state: 'running', owner })
  }, 40_000)
})
