import type { Claim } from '@idem/core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { PostgresStore } from '../src'
import { database, describeOnPostgres } from './database'

const db = database()
const pool = db.pool()
const store = new PostgresStore(pool, { schema: db.schema })
const records = `"${db.schema}".records`

beforeAll(() => store.migrate())
afterAll(() => db.end())

const claimOf = (key: string, claim: Partial<Claim> = {}): Claim => ({
  ...{ key, owner: crypto.randomUUID(), leaseMs: 60_000, keepMs: 60_000, maxAttempts: Infinity },
  onAbandoned: 'takeover',
  ...claim,
})

async function settled(key: string, own = store): Promise<void> {
  const claim = claimOf(key)
  await own.claim(claim)
  await own.complete({ key, owner: claim.owner, value: 'value', retentionMs: 60_000, tombstoneMs: 0 })
}

async function row(key: string): Promise<unknown> {
  const { rows } = await pool.query(`SELECT ctid, xmin, xmax, * FROM ${records} WHERE key = $1`, [key])
  return rows[0]
}

/** Runs `call` while a transaction of somebody else holds the row of a key locked. */
async function besideLock<T>(key: string, call: () => Promise<T>): Promise<T> {
  const holder = await pool.connect()
  try {
    await holder.query('BEGIN')
    await holder.query(`SELECT FROM ${records} WHERE key = $1 FOR UPDATE`, [key])
    return await call()
  } finally {
    await holder.query('ROLLBACK')
    holder.release()
  }
}

describeOnPostgres('a claim', () => {
  it.each(['alone', 'in a batch'])('that replays neither writes nor locks, %s', async (how) => {
    const keys = Array.from({ length: how === 'alone' ? 1 : 10 }, () => crypto.randomUUID())
    await Promise.all(keys.map((key) => settled(key)))
    const before = await Promise.all(keys.map(row))
    const [one] = keys as [string]
    const outcomes = await besideLock(one, () => Promise.all(keys.map((key) => store.claim(claimOf(key)))))
    expect(outcomes.map(({ type }) => type)).toEqual(keys.map(() => 'settled'))
    // xmax is the lock that has just been rolled back.
    const now = await Promise.all(keys.map(row))
    expect(now.map((each) => ({ ...(each as object), xmax: 0 }))).toEqual(
      before.map((each) => ({ ...(each as object), xmax: 0 })),
    )
  })

  it('is refused by a running record without waiting for whoever has it locked', async () => {
    const key = crypto.randomUUID()
    await store.claim(claimOf(key))
    const outcome = await besideLock(key, () => store.claim(claimOf(key)))
    expect(outcome).toMatchObject({ type: 'running' })
  })

  it('can replay on a server, or in a session, that only reads', async () => {
    const key = crypto.randomUUID()
    await settled(key)
    const reading = db.pool({ options: '-c default_transaction_read_only=on' })
    const reader = new PostgresStore(reading, { schema: db.schema })
    expect(await reader.claim(claimOf(key))).toMatchObject({ type: 'settled', value: 'value' })
    await expect(reader.claim(claimOf(crypto.randomUUID()))).rejects.toThrow(/connect to the primary/)
  })

  it.each(['repeatable read', 'serializable'])('is granted once where sessions are %s', async (isolation) => {
    const options = `-c default_transaction_isolation=${isolation.replace(' ', '\\ ')}`
    const stores = Array.from(
      { length: 10 },
      () => new PostgresStore(db.pool({ max: 2, options }), { schema: db.schema }),
    )
    for (let round = 0; round < 10; round++) {
      const key = crypto.randomUUID()
      const outcomes = await Promise.all(stores.map((each) => each.claim(claimOf(key))))
      expect(outcomes.filter(({ type }) => type === 'acquired')).toHaveLength(1)
    }
  })

  it('whose winner commits only now waits for that, and then sees the winner', async () => {
    const key = crypto.randomUUID()
    const winner = await pool.connect()
    await winner.query('BEGIN')
    await winner.query(
      `SELECT "${db.schema}".records_claim($1, 'winner', NULL, 60000, 60000, NULL, 'takeover', NULL)`,
      [key],
    )
    const late = store.claim(claimOf(key))
    const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%${db.schema}%records_claim%'`
    await expect.poll(async () => (await pool.query(waiting)).rowCount).toBe(1)
    await winner.query('COMMIT')
    winner.release()
    expect(await late).toMatchObject({ type: 'running', attempt: 1 })
  })

  it('finds its row by the key, however small the table was when its plan was made', async () => {
    const one = await db.client()
    const { schema } = db
    const own = new PostgresStore(one, { schema, table: 'planned' })
    await own.migrate()
    for (let i = 0; i < 10; i++) await own.claim(claimOf(`early ${i}`))
    await one.query(`ANALYZE "${schema}".planned`)
    for (let i = 0; i < 10; i++) {
      await own.claim(claimOf(`early ${i}`))
      await Promise.all(Array.from({ length: 5 }, (_, j) => own.claim(claimOf(`early ${i} ${j}`))))
    }
    await one.end()
    const scans = `SELECT seq_scan::integer, idx_scan::integer FROM pg_stat_user_tables WHERE schemaname = $1 AND relname = 'planned'`
    const counted = async () =>
      (await pool.query(scans, [schema])).rows[0] as { seq_scan: number; idx_scan: number }
    await expect.poll(async () => (await counted()).idx_scan, { timeout: 5000 }).toBeGreaterThan(50)
    // To make the table takes two: of what made it large, and of that for its index.
    expect((await counted()).seq_scan).toBeLessThanOrEqual(2)
  })
})

describeOnPostgres('a settle', () => {
  it('takes its place beside the claim, without touching an index', async () => {
    const own = db.pool()
    const settling = new PostgresStore(own, { schema: db.schema })
    await Promise.all(Array.from({ length: 200 }, () => settled(crypto.randomUUID(), settling)))
    // What its connections have counted is known when they have ended.
    await own.end()
    const counts = `SELECT n_tup_upd::integer AS updated, n_tup_hot_upd::integer AS hot FROM pg_stat_user_tables
      WHERE schemaname = $1 AND relname = 'records'`
    const seen = async () =>
      (await pool.query(counts, [db.schema])).rows[0] as { updated: number; hot: number }
    await expect.poll(async () => (await seen()).updated, { timeout: 5000 }).toBeGreaterThanOrEqual(200)
    const { updated, hot } = await seen()
    expect(hot / updated).toBeGreaterThan(0.95)
  })
})

describeOnPostgres('a sweep', () => {
  it('removes what is past its keeping, batch by batch, and nothing else', async () => {
    const own = new PostgresStore(pool, { schema: db.schema, table: 'swept' })
    await own.migrate()
    const claims = Array.from({ length: 300 }, (_, i) => claimOf(`${i < 250 ? 'old' : 'kept'} ${i}`))
    for (const { key, owner } of await Promise.all(
      claims.map(async (claim) => (await own.claim(claim)) && claim),
    )) {
      await own.complete({
        key,
        owner,
        value: 'v',
        retentionMs: key.startsWith('old') ? 1 : 60_000,
        tombstoneMs: 0,
      })
    }
    await pool.query(`UPDATE "${db.schema}".swept SET updated_at = updated_at - 2000`)
    expect(await own.sweep({ batchSize: 20 })).toBe(250)
    expect(await own.sweep()).toBe(0)
    expect((await own.list({ prefix: '', limit: 1000 })).records).toHaveLength(50)
    await expect(own.sweep({ batchSize: 0 })).rejects.toThrow(/batchSize/)
    expect(await own.sweep({ signal: AbortSignal.abort() })).toBe(0)
  })

  it('waits for nobody, and leaves what somebody is at for next time', async () => {
    const own = new PostgresStore(pool, { schema: db.schema, table: 'busy' })
    await own.migrate()
    const claim = claimOf('old', { leaseMs: 1, keepMs: 1 })
    await own.claim(claim)
    await pool.query(`UPDATE "${db.schema}".busy SET updated_at = updated_at - 2000`)
    const holder = await pool.connect()
    await holder.query('BEGIN')
    await holder.query(`SELECT FROM "${db.schema}".busy FOR UPDATE`)
    expect(await own.sweep()).toBe(0)
    await holder.query('ROLLBACK')
    holder.release()
    expect(await own.sweep()).toBe(1)
  })
})
