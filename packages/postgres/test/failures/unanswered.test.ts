import { startTcpProxy, type TcpProxy } from '@idem/test-servers'
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, it } from 'vitest'
import { PostgresStore } from '../../src'
import { claimOf, completionOf } from '../claims'
import { database, describeOnPostgres } from '../database'

/** Longer than any test. */
const FOREVER_MS = 600_000

const LIMIT_MS = 10_000

const db = database()
let proxy: TcpProxy

beforeAll(() => new PostgresStore(db.pool(), { schema: db.schema }).migrate())
beforeEach(async () => {
  proxy = await startTcpProxy(inject('postgresUrl') as string)
})
afterEach(() => proxy.close())
afterAll(() => db.end())

describeOnPostgres('an answer that does not come', () => {
  it('keeps neither the lanes of a store nor the connections of its pool', async () => {
    const pool = db.pool({ connectionString: proxy.url, max: 4 })
    const store = new PostgresStore(pool, { schema: db.schema })
    await Promise.all(Array.from({ length: 4 }, () => pool.query('SELECT pg_sleep(0.1)')))
    expect(pool.totalCount).toBe(4)
    proxy.delay(FOREVER_MS)
    const claims = Array.from({ length: 4 * 128 + 50 }, () => claimOf(crypto.randomUUID()))
    const began = performance.now()
    const failures = await Promise.all(claims.map((claim) => store.claim(claim).catch(String)))
    expect(performance.now() - began).toBeLessThan(2 * LIMIT_MS)
    expect(failures[0]).toMatch(/PostgreSQL failed to claim: no answer within 10000 ms/)
    expect(failures.at(-1)).toMatch(/it was not sent: others went unanswered for 5000 ms/)
    expect([pool.totalCount, pool.waitingCount]).toEqual([0, 0])
    proxy.delay(0)
    const again = await Promise.all(claims.map((claim) => store.claim(claim)))
    expect(new Set(again.map(({ type }) => type))).toEqual(new Set(['acquired']))
    const settled = await Promise.all(claims.map((claim) => store.complete(completionOf(claim))))
    expect(new Set(settled)).toEqual(new Set([true]))
  }, 40_000)

  it('is not waited for on a client of its own either, which is left to its owner', async () => {
    const client = await db.client(proxy.url)
    const store = new PostgresStore(client, { schema: db.schema })
    proxy.delay(FOREVER_MS)
    await expect(store.get('key')).rejects.toThrow(/PostgreSQL failed to get: no answer within 10000 ms/)
    proxy.cut()
  }, 40_000)
})

describeOnPostgres('a connection that a pool does not give', () => {
  it('is not waited for, and goes back unused when it comes', async () => {
    const pool = db.pool({ connectionString: proxy.url, max: 1 })
    const store = new PostgresStore(pool, { schema: db.schema })
    const held = await pool.connect()
    await expect(store.get('key')).rejects.toThrow(/PostgreSQL failed to get: no answer within 10000 ms/)
    const before = proxy.counts.roundTrips
    held.release()
    await expect.poll(() => [pool.waitingCount, pool.idleCount]).toEqual([0, 1])
    expect(proxy.counts.roundTrips).toBe(before)
    expect(await store.get('key')).toBeUndefined()
  }, 40_000)
})
