import { afterAll, beforeAll, expect, it } from 'vitest'
import { PostgresStore } from '../src'
import { claimOf, completionOf } from './claims'
import { database, describeOnPostgres } from './database'

const OLD = 5000

const db = database()
const { schema } = db
const store = new PostgresStore(db.pool(), { schema })

beforeAll(() => store.migrate())
afterAll(() => db.end())

describeOnPostgres('a sweep of many rows', () => {
  it('keeps no claim waiting, also while what it has removed is not committed', async () => {
    const settled = Array.from({ length: 100 }, (_, i) => claimOf(`settled ${i}`))
    await Promise.all(settled.map((claim) => store.claim(claim)))
    await Promise.all(settled.map((claim) => store.complete(completionOf(claim))))
    const running = claimOf('running')
    await store.claim(running)
    const sweeping = await db.client()
    await sweeping.query(
      `INSERT INTO "${schema}".records (key, state, owner, attempt, fence, retryable, takeover, created_at, updated_at,
        lease_until, expires_at, gone_at)
      SELECT 'old ' || i, 'succeeded', 'owner', 1, 1, false, false, 1, 1, 1, 1, 1 FROM generate_series(1, $1::integer) AS i`,
      [OLD],
    )

    await sweeping.query('BEGIN')
    expect(await new PostgresStore(sweeping, { schema }).sweep({ batchSize: OLD })).toBe(OLD)

    const fresh = Array.from({ length: 200 }, () => claimOf(crypto.randomUUID()))
    const claims = [claimOf('alone'), ...fresh, ...settled.map(({ key }) => claimOf(key)), claimOf('running')]
    const startedAt = performance.now()
    const outcomes = await Promise.all(claims.map((claim) => store.claim(claim)))
    const types = [...fresh.map(() => 'acquired'), ...settled.map(() => 'settled')]
    expect(outcomes.map(({ type }) => type)).toEqual(['acquired', ...types, 'running'])
    expect(await Promise.all(fresh.map((claim) => store.complete(completionOf(claim))))).not.toContain(false)
    expect(await store.complete(completionOf(running))).toBe(true)
    // What waits for somebody's transaction waits for a second.
    expect(performance.now() - startedAt).toBeLessThan(1000)

    // Of the keys that it removes at that moment too: when it has committed, or before.
    expect(await store.claim(claimOf('old 1'))).toMatchObject({ type: 'running' })
    const removed = store.claim(claimOf('old 2'))
    const together = ['old 3', 'old 4', 'new'].map((key) => store.claim(claimOf(key)))
    const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%${schema}%'`
    const other = await db.client()
    await expect.poll(async () => (await other.query(waiting)).rowCount).toBeGreaterThan(0)
    await sweeping.query('COMMIT')
    for (const outcome of await Promise.all([removed, ...together])) {
      expect(outcome).toMatchObject({ type: 'acquired', attempt: 1 })
    }
  })
})
