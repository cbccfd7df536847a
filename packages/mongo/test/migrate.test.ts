import { afterAll, describe, expect, inject, it } from 'vitest'
import { MongoLockStore, MongoStore } from '../src'
import { database } from './database'

const claim = {
  ...{ key: 'key', owner: 'owner', leaseMs: 60_000, keepMs: 60_000, maxAttempts: Infinity },
  onAbandoned: 'takeover',
} as const

describe.skipIf(inject('mongoUrl') === undefined)('migrate', () => {
  const databases: ReturnType<typeof database>[] = []
  const fresh = () => {
    const own = database()
    databases.push(own)
    return own
  }

  afterAll(async () => {
    await Promise.all(databases.map((own) => own.end()))
  })

  it('is safe when 20 processes start at once, for records and for locks', async () => {
    const { open } = fresh()
    const starts = Array.from({ length: 20 }, async () => {
      const own = open({ maxPoolSize: 1 })
      const [store, locks] = [new MongoStore(own), new MongoLockStore(own)]
      await Promise.all([store.migrate(), locks.migrate()])
      return [await store.claim(claim), await locks.acquire({ name: 'name', owner: 'owner', ttlMs: 60_000 })]
    })
    for (const [acquired, lock] of await Promise.all(starts)) {
      expect(acquired).toMatchObject({ type: 'acquired', attempt: 1 })
      expect(lock).toMatchObject({ acquired: true })
    }
  })

  it('lets the server remove records a minute, and locks an hour, after they are of no use', async () => {
    const { db } = fresh()
    await Promise.all([new MongoStore(db).migrate(), new MongoLockStore(db).migrate()])
    const indexes = async (collection: string) =>
      (await db.collection(collection).indexes()).map(({ key, expireAfterSeconds }) => [
        key,
        expireAfterSeconds,
      ])
    expect(await indexes('idem.records')).toEqual([
      [{ _id: 1 }, undefined],
      [{ goneAt: 1 }, 60],
    ])
    expect(await indexes('idem.locks')).toEqual([
      [{ _id: 1 }, undefined],
      [{ heldUntil: 1 }, 3600],
    ])
  })

  it('is not waited for: without it all is decided as with it', async () => {
    const { db } = fresh()
    const store = new MongoStore(db, { collection: 'no index' })
    expect(await store.claim({ ...claim, keepMs: 1, leaseMs: 1 })).toMatchObject({ attempt: 1 })
    await expect.poll(() => store.get('key')).toBeUndefined()
    expect(await store.claim({ ...claim, owner: 'other' })).toMatchObject({ type: 'acquired', attempt: 1 })
    expect(await store.diagnose()).toEqual([
      expect.stringMatching(/nothing removes.*no index: call migrate\(\)/),
    ])
    await store.migrate()
    expect(await store.diagnose()).toEqual([])
  })

  it('says that there is another index in its place', async () => {
    const { db } = fresh()
    await db.collection('idem.records').createIndex({ goneAt: 1 }, { expireAfterSeconds: 5 })
    const migrating = new MongoStore(db).migrate()
    await expect(migrating).rejects.toMatchObject({ code: 'STORE' })
    await expect(migrating).rejects.toThrow(/another index.*drop it/)
  })

  it('is not all that is looked at: a collation that takes keys for one is told of', async () => {
    const { db } = fresh()
    await db.createCollection('folded', { collation: { locale: 'en', strength: 1 } }).catch(() => {})
    const [info] = await db.listCollections({ name: 'folded' }).toArray()
    const isKept = info !== undefined && 'options' in info && info.options?.['collation'] !== undefined
    const store = new MongoStore(db, { collection: 'folded' })
    await store.migrate()
    expect(await store.diagnose()).toEqual(isKept ? [expect.stringMatching(/has a collation/)] : [])
  })
})
