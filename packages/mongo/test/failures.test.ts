import { type Claim, Idem, StoreError } from '@idem/core'
import { startTcpProxy } from '@idem/test-servers'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { MongoStore } from '../src'
import { database } from './database'
import { type Failing, failCommand } from './fail-point'

const MEGABYTE = 2 ** 20

const claimOf = (key: string): Claim => ({
  ...{ key, owner: crypto.randomUUID(), leaseMs: 60_000, keepMs: 60_000, maxAttempts: Infinity },
  onAbandoned: 'takeover',
})

const completion = ({ key, owner }: Claim, value = 'v') => ({
  ...{ key, owner, value, retentionMs: 60_000, tombstoneMs: 0 },
})

describe.skipIf(inject('mongoUrl') === undefined)('a failure', () => {
  const own = database()
  const store = new MongoStore(own.db)

  beforeAll(() => store.migrate())
  afterAll(() => own.end())

  /** A store whose commands fail so, and whose driver does not try again. */
  async function failing(failure: Omit<Failing, 'appName' | 'times'>, times = 1): Promise<MongoStore> {
    const appName = crypto.randomUUID()
    const through = own.open({ appName, retryWrites: false, retryReads: false })
    await through.command({ ping: 1 })
    await failCommand(own.db, { ...failure, appName, times })
    return new MongoStore(through)
  }

  it.each([
    [10107, /not the primary/],
    [11602, /not the primary/],
    [91, /shut down/],
    [13, /grant its user/],
    [50, /longer than its time limit/],
  ])('that the server calls %i is told as such, with advice, and leaves nothing', async (errorCode, says) => {
    const claim = claimOf(crypto.randomUUID())
    // A claim that took too long is sent once more.
    const failed = await failing({ failCommands: ['findAndModify'], errorCode }, 3)
    const claiming = failed.claim(claim)
    await expect(claiming).rejects.toThrow(StoreError)
    await expect(claiming).rejects.toThrow(says)
    await expect(claiming).rejects.toMatchObject({ cause: expect.any(Error) })
    expect(await store.get(claim.key)).toBeUndefined()
  })

  it('of the network before a write is told, and the call that is sent again is granted', async () => {
    const claim = claimOf(crypto.randomUUID())
    const cut = await failing({ failCommands: ['findAndModify'], closeConnection: true })
    await expect(cut.claim(claim)).rejects.toThrow(/MongoDB failed to claim/)
    expect(await store.get(claim.key)).toBeUndefined()
    expect(await cut.claim(claim)).toMatchObject({ type: 'acquired', attempt: 1 })
  })

  it('of the network after a write is told, and the call that is sent again is answered as the first', async () => {
    const proxy = await startTcpProxy(own.url)
    try {
      const through = own.open({ directConnection: true, retryWrites: false }, proxy.url)
      const cut = new MongoStore(through)
      const claim = claimOf(crypto.randomUUID())
      const lostClaim = proxy.cutAfterNextRequest(1, 'findAndModify')
      await expect(cut.claim(claim)).rejects.toThrow(StoreError)
      await lostClaim
      expect(await store.get(claim.key)).toMatchObject({ state: 'running', owner: claim.owner })
      expect(await cut.claim(claim)).toMatchObject({ type: 'acquired', attempt: 1 })

      const lostSettle = proxy.cutAfterNextRequest(1, 'succeeded')
      await expect(cut.complete(completion(claim))).rejects.toThrow(StoreError)
      await lostSettle
      expect(await store.get(claim.key)).toMatchObject({ state: 'succeeded', value: 'v' })
      expect(await cut.complete(completion(claim))).toBe(true)
    } finally {
      await proxy.close()
    }
  })

  it('of the network is nothing to a driver that retries writes', async () => {
    const appName = crypto.randomUUID()
    const retrying = new MongoStore(own.open({ appName, retryWrites: true }))
    await failCommand(own.db, {
      failCommands: ['findAndModify', 'update'],
      appName,
      closeConnection: true,
      times: 1,
    })
    const claim = claimOf(crypto.randomUUID())
    expect(await retrying.claim(claim)).toMatchObject({ type: 'acquired', attempt: 1 })
    expect(await retrying.complete(completion(claim))).toBe(true)
  })

  it.each([1, 10])('to insert what somebody else was quicker to is none: %i at once', async (count) => {
    const claims = Array.from({ length: count }, () => claimOf(crypto.randomUUID()))
    const raced = await failing({ failCommands: ['findAndModify'], errorCode: 11000 }, 5)
    const outcomes = await Promise.all(claims.map((claim) => raced.claim(claim)))
    expect(outcomes.map(({ type }) => type)).toEqual(claims.map(() => 'acquired'))
  })

  it.each([1, 20])(
    'of a majority to acknowledge in time is told, though it was written: %i at once',
    async (count) => {
      const writeConcernError = { code: 64, errmsg: 'waiting for replication timed out' }
      const claims = Array.from({ length: count }, () => claimOf(crypto.randomUUID()))
      const failed = await failing({ failCommands: ['findAndModify', 'insert'], writeConcernError }, 1000)
      for (const result of await Promise.allSettled(claims.map((claim) => failed.claim(claim)))) {
        expect(result).toMatchObject({ status: 'rejected', reason: { code: 'STORE' } })
        expect(String(result.status === 'rejected' && result.reason)).toMatch(/within wtimeoutMs/)
      }
      for (const claim of claims) {
        expect(await store.claim(claim)).toMatchObject({ type: 'acquired', attempt: 1 })
      }
      const unsure = await failing({ failCommands: ['update'], writeConcernError }, 1000)
      for (const result of await Promise.allSettled(
        claims.map((claim) => unsure.complete(completion(claim))),
      )) {
        expect(result).toMatchObject({ status: 'rejected', reason: { code: 'STORE' } })
      }
      const again = await Promise.all(claims.map((claim) => store.complete(completion(claim))))
      expect(again).toEqual(claims.map(() => true))
    },
  )

  it.each([16, 16.5, 17, 40])(
    'of an answer of %d MB is clear, and the record does not lie',
    async (megabytes) => {
      const claim = claimOf(crypto.randomUUID())
      await store.claim(claim)
      const settling = store.complete(completion(claim, 'x'.repeat(megabytes * MEGABYTE)))
      await expect(settling).rejects.toThrow(StoreError)
      await expect(settling).rejects.toThrow(/a document can have 16 MB/)
      expect(await store.get(claim.key)).toMatchObject({ state: 'running', value: undefined })
      expect(await store.complete(completion(claim))).toBe(true)
    },
  )

  it('of steps that no document can hold together is clear, and those before it stay', async () => {
    const claim = claimOf(crypto.randomUUID())
    await store.claim(claim)
    const step = (name: string) => store.saveStep({ ...claim, name, value: 'x'.repeat(9 * MEGABYTE) })
    expect(await step('one')).toBe(true)
    await expect(step('two')).rejects.toThrow(/a document can have 16 MB/)
    expect((await store.get(claim.key))?.steps.map(({ name }) => name)).toEqual(['one'])
  })

  it('of one of many is its own', async () => {
    const claims = Array.from({ length: 12 }, () => claimOf(crypto.randomUUID()))
    const odd = { ...claimOf(crypto.randomUUID()), fingerprint: 'x'.repeat(17 * MEGABYTE) }
    const tried = await Promise.allSettled([...claims, odd].map((claim) => store.claim(claim)))
    expect(tried.filter(({ status }) => status === 'fulfilled')).toHaveLength(12)
    expect(tried.at(-1)).toMatchObject({ status: 'rejected', reason: { code: 'STORE' } })
  })

  it('to connect is told', async () => {
    const nowhere = own.open({ serverSelectionTimeoutMS: 50 }, 'mongodb://127.0.0.1:1')
    await expect(new MongoStore(nowhere).claim(claimOf('key'))).rejects.toThrow(
      /MongoDB failed to claim: .*ECONNREFUSED/,
    )
  })

  it('to connect at first lasts until the client is connected by its owner', async () => {
    const proxy = await startTcpProxy(own.url)
    try {
      await proxy.refuse(true)
      const through = own.open({ directConnection: true, serverSelectionTimeoutMS: 300 }, proxy.url)
      const late = new MongoStore(through)
      const claim = claimOf(crypto.randomUUID())
      await expect(late.claim(claim)).rejects.toThrow(StoreError)
      await proxy.refuse(false)
      await expect(late.claim(claim)).rejects.toThrow(StoreError)
      await through.client.connect()
      expect(await late.claim(claim)).toMatchObject({ type: 'acquired', attempt: 1 })
    } finally {
      await proxy.close()
    }
  })

  it('of a batch reaches all who wait for it', async () => {
    const claims = Array.from({ length: 20 }, () => claimOf(crypto.randomUUID()))
    const failed = await failing({ failCommands: ['find', 'findAndModify'], errorCode: 91 }, 1000)
    const tried = await Promise.allSettled(claims.map((claim) => failed.claim(claim)))
    expect(tried.map(({ status }) => status)).toEqual(claims.map(() => 'rejected'))
  })
})

describe.skipIf(inject('mongoUrl') === undefined)('a store', () => {
  const own = database()
  afterAll(() => own.end())

  it('reads its records whatever the client makes of BSON', async () => {
    const odd = own.open({
      ...{ promoteLongs: false, promoteValues: false, useBigInt64: false, ignoreUndefined: true },
    })
    const idem = new Idem({ store: new MongoStore(odd) })
    expect(await idem.run('key', (ctx) => ctx.fence, { fingerprint: 1 })).toBeGreaterThan(1e15)
    expect(
      await new Idem({ store: new MongoStore(own.open({ useBigInt64: true })) }).run('key', () => 0, {
        fingerprint: 1,
      }),
    ).toBeGreaterThan(1e15)
    expect(await idem.inspect('key')).toMatchObject({ state: 'succeeded', attempt: 1 })
  })

  it('gives greater fences, and forgets what was deleted, also on a primary whose clock is behind', async () => {
    const store = new MongoStore(own.db)
    const claim = claimOf('behind')
    await store.claim(claim)
    await store.fail({ ...completion(claim), kind: 'retryable', failure: '' })
    const records = own.db.collection('idem.records')
    const [ahead, later] = [Date.now() * 2000, new Date(Date.now() + 60_000)]
    await records.updateOne({ _id: 'behind' as never }, [{ $set: { fence: { $toLong: ahead } } }])
    expect(await store.claim(claimOf('behind'))).toMatchObject({ attempt: 2, fence: ahead + 1 })
    await store.delete('behind')
    await records.updateOne({ _id: 'behind' as never }, { $set: { goneAt: later, expiresAt: later } })
    expect(await store.get('behind')).toBeUndefined()
    expect(await store.delete('behind')).toBe(false)
    expect(await store.claim(claimOf('behind'))).toMatchObject({ attempt: 1, fence: ahead + 2 })
  })

  it('takes nothing in keys, owners, fingerprints, names and values for an operator or a field', async () => {
    const store = new MongoStore(own.db)
    for (const text of ['$state', '$$ROOT', '$$NOW', '{"$gt":""}', '$', '\ud800', '\x03d800', 'a\0b']) {
      const claim = { ...claimOf(text), owner: text, fingerprint: text }
      expect(await store.claim(claim)).toMatchObject({ type: 'acquired', attempt: 1 })
      expect(await store.claim({ ...claim, owner: 'other' })).toMatchObject({ type: 'running' })
      await store.saveStep({ ...claim, name: text, value: text })
      await store.fail({ ...completion(claim), kind: 'abandoned', failure: text })
      await store.resolve(completion(claim, text))
      const record = {
        key: text,
        owner: text,
        fingerprint: text,
        value: text,
        steps: [{ name: text, value: text }],
      }
      expect(await store.get(text)).toMatchObject(record)
      expect((await store.list({ prefix: text, limit: 10 })).records).toMatchObject([record])
      expect(await store.delete(text)).toBe(true)
    }
  })
})
