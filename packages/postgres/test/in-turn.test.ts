import { Idem } from '@idem/core'
import { afterAll, expect, it } from 'vitest'
import { PostgresLockStore, PostgresStore } from '../src'
import { Connection } from '../src/connection'
import type { Place } from '../src/options'
import { claimOf, completionOf } from './claims'
import { database, describeOnPostgres } from './database'

const db = database()
afterAll(() => db.end())

/** Counts the statements that are under way on a client. */
function observed<Client extends { query: unknown }>(client: Client): { now: number; most: number } {
  const underWay = { now: 0, most: 0 }
  const query = (client.query as (...args: unknown[]) => Promise<unknown>).bind(client)
  client.query = async (...args: unknown[]) => {
    underWay.most = Math.max(underWay.most, ++underWay.now)
    return query(...args).finally(() => underWay.now--)
  }
  return underWay
}

describeOnPostgres('a single connection', () => {
  it('is given a statement once it has answered the one before, whichever store it is of', async () => {
    const client = await db.client()
    const underWay = observed(client)
    const stores = [1, 2].map(() => new PostgresStore(client, { schema: db.schema }))
    const locks = new PostgresLockStore(client, { schema: db.schema })
    await Promise.all([...stores, locks].map((store) => store.migrate()))
    const runs = Array.from({ length: 40 }, async (_, i) => {
      const store = stores[i % 2] as PostgresStore
      const claim = claimOf(`key ${i}`)
      await store.claim(claim)
      await Promise.all([store.get(claim.key), store.get(`other ${i}`)])
      return store.complete(completionOf(claim))
    })
    expect(await Promise.all(runs)).toEqual(runs.map(() => true))
    expect(underWay).toEqual({ now: 0, most: 1 })
  })

  it('answers what comes behind a statement that fails', async () => {
    const client = await db.client()
    const store = new PostgresStore(client, { schema: db.schema })
    await store.migrate()
    const missing = new PostgresStore(client, { schema: db.schema, table: 'missing' })
    const claim = claimOf('behind a failure')
    const [failed, claimed] = await Promise.allSettled([missing.get('any'), store.claim(claim)])
    expect(failed).toMatchObject({ status: 'rejected', reason: { code: 'STORE' } })
    expect(claimed).toMatchObject({ status: 'fulfilled', value: { type: 'acquired' } })
  })

  it('is given nothing that was given up before its turn', async () => {
    const client = await db.client()
    await client.query('CREATE TEMPORARY TABLE heard (n integer)')
    const connection = new Connection(client, { prepare: false } as Place, 300)
    const run = (text: string) => connection.run('test', { text, name: text }, [])
    const given = ['SELECT pg_sleep(1)', 'INSERT INTO heard VALUES (1)'].map(run)
    for (const { status } of await Promise.allSettled(given)) expect(status).toBe('rejected')
    await new Promise((resolve) => setTimeout(resolve, 1000))
    expect(await run('SELECT n FROM heard')).toEqual([])
  })

  it('is given one statement at a time in a transaction that its owner has open, too', async () => {
    const pool = db.pool()
    const client = await pool.connect()
    const store = new PostgresStore(pool, { schema: db.schema })
    await store.migrate()
    const idem = new Idem({ store })
    const underWay = observed(client)
    await client.query('BEGIN')
    const runs = [1, 2, 3].map((n) => idem.transaction(`joined ${n}`, async () => n, { tx: client }))
    expect(await Promise.all(runs)).toEqual([1, 2, 3])
    await client.query('COMMIT')
    client.release()
    expect(underWay).toEqual({ now: 0, most: 1 })
  })
})

describeOnPostgres('whatever else can be asked', () => {
  it('is asked at once: nobody but it knows what it asks', async () => {
    const pool = db.pool()
    const traced = { query: (...args: [string, unknown[]]) => pool.query(...args) }
    const store = new PostgresStore(traced, { schema: db.schema })
    await store.migrate()
    const underWay = observed(traced)
    await Promise.all(Array.from({ length: 5 }, (_, i) => store.get(`any ${i}`)))
    expect(underWay).toEqual({ now: 0, most: 5 })
  })
})
