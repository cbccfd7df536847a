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
    // A claim that waited for the transaction would be told after a second that somebody has the key.
    const outcomes = await Promise.all(claims.map((claim) => store.claim(claim)))
    const types = [...fresh.map(() => 'acquired'), ...settled.map(() => 'settled')]
    expect(outcomes.map(({ type }) => type)).toEqual(['acquired', ...types, 'running'])
    expect(await Promise.all(fresh.map((claim) => store.complete(completionOf(claim))))).not.toContain(false)
    expect(await store.complete(completionOf(running))).toBe(true)

    // Of the keys that it removes at that moment a claim is answered too: in a second, if it has not committed by then.
    expect(await store.claim(claimOf('old 1'))).toMatchObject({ type: 'running' })
    const late = ['old 2', 'old 3', 'old 4', 'new'].map((key) => claimOf(key))
    const answers = Promise.all(late.map((claim) => store.claim(claim)))
    const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%${schema}%'`
    const other = await db.client()
    await expect.poll(async () => (await other.query(waiting)).rowCount).toBeGreaterThan(0)
    await sweeping.query('COMMIT')
    for (const { type } of await answers) expect(['acquired', 'running']).toContain(type)
    for (const claim of late) expect(await store.claim(claim)).toMatchObject({ type: 'acquired', attempt: 1 })
  })
})
