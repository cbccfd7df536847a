import { afterAll, expect, it } from 'vitest'
import { PostgresLockStore, PostgresStore } from '../src'
import { claimOf, completionOf } from './claims'
import { database, describeOnPostgres } from './database'

const db = database()
afterAll(() => db.end())

describeOnPostgres('a single connection', () => {
  it('is given a statement once it has answered the one before, whichever store it is of', async () => {
    const client = await db.client()
    const underWay = { now: 0, most: 0 }
    const query = client.query.bind(client) as (...args: unknown[]) => Promise<unknown>
    client.query = (async (...args: unknown[]) => {
      underWay.most = Math.max(underWay.most, ++underWay.now)
      return query(...args).finally(() => underWay.now--)
    }) as typeof client.query
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
})
