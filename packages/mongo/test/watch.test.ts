import { describeLockStore, describeStore } from '@idem/conformance'
import { Idem, type IdemEvent } from '@idem/core'
import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { MongoLockStore, MongoStore } from '../src'
import { whyNoChangeStreams } from '../src/subscriptions'
import { database } from './database'
import { startChangeStreamServer } from './support/change-stream-server'

const url = inject('mongoUrl')

/** A server that has none by its nature is no reason to fail in CI: there is a stand-in, below. */
async function whyNone(): Promise<string | undefined> {
  if (url === undefined) return 'there is no server'
  const client = new MongoClient(url)
  return whyNoChangeStreams(client.db('any').collection<{ _id: string }>('any')).finally(() => client.close())
}

const reason = await whyNone()
if (reason !== undefined) {
  console.error(
    `\n  SKIPPED: every test that needs change streams of a real replica set, in CI too: ${reason}\n`,
  )
}

const claimOf = (key: string) =>
  ({
    ...{ key, owner: crypto.randomUUID(), leaseMs: 60_000, keepMs: 60_000, maxAttempts: Infinity },
    onAbandoned: 'takeover',
  }) as const

/** Watches a key, and keeps what it was told. */
async function watching(store: MongoStore, key: string) {
  const told: boolean[] = []
  const leaving = new AbortController()
  await store.watch?.(key, (deaf = false) => told.push(deaf), leaving.signal)
  return { told, leave: () => leaving.abort() }
}

describe.skipIf(reason !== undefined)('by change streams of a real replica set', () => {
  const own = database()
  afterAll(() => own.end())

  describeStore('MongoStore', {
    create: async () => ({ store: new MongoStore(own.db, { changeStreams: true }) }),
  })
  describeLockStore('MongoLockStore', {
    create: async () => ({ store: new MongoLockStore(own.db, { changeStreams: true }) }),
  })
})

describe.skipIf(url === undefined)('by change streams', () => {
  const own = database()
  let server: Awaited<ReturnType<typeof startChangeStreamServer>>
  let store: MongoStore

  beforeAll(async () => {
    server = await startChangeStreamServer(own.url)
    store = new MongoStore(own.open({}, server.url), { changeStreams: true })
    await store.migrate()
  })
  afterAll(async () => {
    await own.end()
    await server.close()
  })

  it('a watcher is told of a settle once its watch is placed, and not of other keys', async () => {
    const [claim, other] = [claimOf(crypto.randomUUID()), claimOf(crypto.randomUUID())]
    await Promise.all([store.claim(claim), store.claim(other)])
    const [one, two] = [await watching(store, claim.key), await watching(store, other.key)]
    await store.complete({ ...claim, value: 'v', retentionMs: 60_000, tombstoneMs: 0 })
    await expect.poll(() => one.told.length).toBeGreaterThan(0)
    expect(new Set(one.told)).toEqual(new Set([false]))
    expect(two.told).toEqual([])
    one.leave()
    two.leave()
  })

  it('all watchers of a store share one, which ends with the last of them', async () => {
    await expect.poll(() => server.counts().open).toBe(0)
    const { opened } = server.counts()
    const watchers = await Promise.all(Array.from({ length: 20 }, (_, i) => watching(store, `key ${i % 5}`)))
    expect(server.counts()).toEqual({ opened: opened + 1, open: 1 })
    for (const { leave } of watchers.slice(1)) leave()
    expect(server.counts().open).toBe(1)
    watchers[0]?.leave()
    await expect.poll(() => server.counts().open).toBe(0)
  })

  it('nobody is told who has left', async () => {
    const claim = claimOf(crypto.randomUUID())
    const [left, stays] = [await watching(store, claim.key), await watching(store, claim.key)]
    left.leave()
    await store.claim(claim)
    await expect.poll(() => stays.told.length).toBeGreaterThan(0)
    expect(left.told).toEqual([])
    stays.leave()
  })

  it('one that is lost is resumed', async () => {
    const claim = claimOf(crypto.randomUUID())
    const { told, leave } = await watching(store, claim.key)
    const { opened } = server.counts()
    server.cut()
    await expect.poll(() => server.counts().opened, { timeout: 10_000 }).toBeGreaterThan(opened)
    await store.claim(claim)
    await expect.poll(() => told, { timeout: 10_000 }).toContain(false)
    leave()
  }, 30_000)

  it('watchers are told when there is none any more, and when there is one again', async () => {
    const { told, leave } = await watching(store, 'deaf')
    server.refuse(true)
    server.cut()
    await expect.poll(() => told, { timeout: 10_000 }).toEqual([true])
    // Whoever comes now is told so too, unless it has left by then.
    const gone = await watching(store, 'gone')
    gone.leave()
    const late = await watching(store, 'late')
    await expect.poll(() => late.told).toEqual([true])
    server.refuse(false)
    await expect.poll(() => told, { timeout: 20_000 }).toEqual([true, false])
    expect(late.told).toEqual([true, false])
    expect(gone.told).toEqual([])
    leave()
    late.leave()
  }, 60_000)

  it('a lock that is released wakes who waits for it', async () => {
    const locks = new MongoLockStore(own.open({}, server.url), { changeStreams: true })
    const holder = { name: 'lock', owner: 'owner' }
    await locks.acquire({ ...holder, ttlMs: 60_000 })
    const leaving = new AbortController()
    let told = 0
    await locks.watch?.('lock', () => told++, leaving.signal)
    await locks.release(holder)
    await expect.poll(() => told).toBeGreaterThan(0)
    leaving.abort()
  })
})

describe.skipIf(url === undefined || reason === undefined)('where a server has no change streams', () => {
  const own = database()
  const store = new MongoStore(own.db, { changeStreams: true })
  afterAll(() => own.end())

  it('whoever waits polls, and the observer is told once', async () => {
    await store.migrate()
    const events: IdemEvent[] = []
    const running = new Idem({ store: new MongoStore(own.db) })
    const waiting = new Idem({ store, observer: (event) => events.push(event) })
    const types = () => events.map(({ type }) => type)
    const answers: Promise<unknown>[] = []
    const first = running.run('key', async () => {
      answers.push(waiting.run('key', () => 'no'))
      await expect.poll(types).toContain('waiting')
      return 'first'
    })
    expect(await first).toBe('first')
    expect(await Promise.all(answers)).toEqual(['first'])
    await expect.poll(types).toContain('store-warning')
    expect(types().filter((type) => type === 'store-warning')).toHaveLength(1)
    expect(events.find(({ type }) => type === 'store-warning')).toMatchObject({
      message: expect.stringMatching(/no change streams, and whoever waits polls: .*\$changeStream/),
    })
    expect(types()).not.toContain('store-failed')
  })
})
