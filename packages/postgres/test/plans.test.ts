import type { Client } from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { PostgresStore } from '../src'
import { claimOf, completionOf } from './claims'
import { database, describeOnPostgres } from './database'

interface Plan {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Index Name'?: string
  readonly Plans?: readonly Plan[]
}

/** How a table is read, and by which index; or how it is written. */
const STEPS = /^(?:.* Scan|ModifyTable)$/

function* steps(plan: Plan): Generator<string> {
  const { 'Node Type': type, 'Relation Name': table = '', 'Index Name': index = table } = plan
  if (STEPS.test(type) && index !== '') yield `${type} of ${index}`
  for (const inner of plan.Plans ?? []) yield* steps(inner)
}

/** The server explains what it runs inside of functions, too, where a superuser asks for that. */
const EXPLAIN = `LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0; SET auto_explain.log_nested_statements = on;
  SET auto_explain.log_format = 'json'; SET auto_explain.log_level = 'notice'`

describeOnPostgres('what the server does for', () => {
  const db = database()
  let client: Client
  let store: PostgresStore
  let plans: string[] = []

  beforeAll(async () => {
    client = await db.client()
    store = new PostgresStore(client, { schema: db.schema })
    await store.migrate()
    await client.query(EXPLAIN)
    client.on('notice', ({ message = '' }) => {
      const json = message.slice(message.indexOf('{'))
      plans.push(...steps((JSON.parse(json) as { Plan: Plan }).Plan))
    })
  })
  afterAll(() => db.end())

  /** The plans of everything that a call runs, once they are those that stay. */
  async function plansOf(call: (nth: number) => Promise<unknown>): Promise<string[]> {
    for (let nth = 0; nth < 10; nth++) {
      plans = []
      await call(nth)
    }
    return [...new Set(plans)].filter((step) => !step.includes('watched')).sort()
  }

  const claim = claimOf(crypto.randomUUID())

  it('a first claim is a look by the key, and an insert', async () => {
    const seen = await plansOf((nth) => store.claim(claimOf(`${claim.key}:${nth}`)))
    expect(seen).toEqual(['Index Scan of records_pkey', 'ModifyTable of records'])
  })

  it('a settle is an update by the key', async () => {
    const keys = Array.from({ length: 10 }, (_, nth) => claimOf(`${claim.key}:settled:${nth}`))
    for (const each of keys) await store.claim(each)
    const seen = await plansOf((nth) => store.complete(completionOf(keys[nth] as typeof claim)))
    expect(seen).toEqual(['Index Scan of records_pkey', 'ModifyTable of records'])
  })

  it('a replay is a look by the key, and nothing else', async () => {
    await store.claim(claim)
    await store.complete(completionOf(claim))
    expect(await plansOf(() => store.claim(claimOf(claim.key)))).toEqual(['Index Scan of records_pkey'])
  })

  it('claims, replays and settles in a batch is to look by the keys, too', async () => {
    const together = (nth: number) => Array.from({ length: 6 }, (_, i) => claimOf(`${claim.key}:${nth}:${i}`))
    const seen = await plansOf(async (nth) => {
      const claims = together(nth)
      await Promise.all(claims.map((each) => store.claim(each)))
      await Promise.all(claims.map((each) => store.claim(claimOf(each.key))))
      await Promise.all(claims.map((each) => store.complete(completionOf(each))))
    })
    expect(seen.filter((step) => step.startsWith('Seq Scan'))).toEqual([])
    expect(seen).toContain('Index Scan of records_pkey')
  })

  it('a page of records is a walk along the keys', async () => {
    const [step, ...others] = await plansOf(() => store.list({ prefix: '', limit: 2 }))
    expect([step, others]).toEqual(['Index Scan of records_pkey', []])
  })

  it('a sweep is a walk through a part of the table, by place', async () => {
    const { rows } = await client.query<{ version: number }>(
      `SELECT current_setting('server_version_num')::integer AS version`,
    )
    const seen = await plansOf(() => store.sweep())
    // A server before 14 walks through all of it for each part.
    const walk = (rows[0]?.version ?? 0) < 140_000 ? 'Seq Scan' : 'Tid Range Scan'
    expect(seen).toContain(`${walk} of records`)
  })
})
