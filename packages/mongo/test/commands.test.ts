import type { Claim } from '@idem/core'
import { Idem } from '@idem/core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { MongoLockStore, MongoStore } from '../src'
import { names, observed } from './commands'
import { database } from './database'

const claimOf = (key: string, claim: Partial<Claim> = {}): Claim => ({
  ...{ key, owner: crypto.randomUUID(), leaseMs: 60_000, keepMs: 60_000, maxAttempts: Infinity },
  onAbandoned: 'takeover',
  ...claim,
})

const completion = ({ key, owner }: Claim, value = key) => ({
  ...{ key, owner, value, retentionMs: 60_000, tombstoneMs: 0 },
})

describe.skipIf(inject('mongoUrl') === undefined)('what a call sends', () => {
  const own = database()
  const { db, during } = observed(own, { writeConcern: { w: 0 }, readPreference: 'secondaryPreferred' })
  const store = new MongoStore(db)
  const idem = new Idem({ store })
  const failing = () => Promise.reject(new Error('not today'))

  beforeAll(() => store.migrate())
  afterAll(() => own.end())

  it('is two commands for a first run, to the primary, acknowledged by a majority, whatever the client prefers', async () => {
    const options = { fingerprint: { amount: 3 }, scope: 'user', name: 'charge' }
    const sent = await during(() => idem.run('first', async () => 1, options))
    expect(names(sent)).toEqual(['findAndModify', 'update'])
    for (const { command } of sent) {
      expect(command).toMatchObject({ writeConcern: { w: 'majority', j: true, wtimeout: 5000 } })
      expect(command['$readPreference'] ?? { mode: 'primary' }).toEqual({ mode: 'primary' })
    }
  })

  it('is one command for a replay, and none from the local cache', async () => {
    await idem.run('replayed', async () => 1)
    expect(names(await during(() => idem.run('replayed', async () => 2)))).toEqual(['findAndModify'])
    const cached = new Idem({ store, cache: { max: 10, maxAge: '1m' } })
    await cached.run('replayed', async () => 2)
    expect(await during(() => cached.run('replayed', async () => 2))).toEqual([])
  })

  it('changes nothing of a record that replays, or runs', async () => {
    const records = own.db.collection('idem.records')
    for (const isSettled of [true, false]) {
      const claim = claimOf(crypto.randomUUID())
      await store.claim(claim)
      if (isSettled) await store.complete(completion(claim))
      const before = await records.findOne({ _id: claim.key as never })
      await store.claim(claimOf(claim.key))
      expect(await records.findOne({ _id: claim.key as never })).toEqual(before)
    }
  })

  it('is one command more for the attempt after a failure, and for a claim whose reply was lost', async () => {
    await during(() => idem.run('failing', failing).catch(() => {}))
    const next = await during(() => idem.run('failing', async () => 1))
    expect(names(next)).toEqual(['findAndModify', 'findAndModify', 'update'])
    const claim = claimOf('lost')
    await store.claim(claim)
    const again = await during(() => store.claim(claim))
    expect(names(again)).toEqual(['findAndModify', 'findAndModify'])
  })

  it('is one command for every other call that has its way', async () => {
    const claim = claimOf('calls')
    await store.claim(claim)
    const calls: [name: string, call: () => Promise<unknown>][] = [
      ['update', () => store.extend(claim)],
      ['update', () => store.saveStep({ ...claim, name: 'step', value: '1' })],
      ['find', () => store.get(claim.key)],
      ['find', () => store.list({ prefix: 'calls', limit: 10 })],
      ['update', () => store.fail({ ...completion(claim), kind: 'abandoned', failure: '' })],
      ['update', () => store.resolve({ ...completion(claim), owner: 'operator' })],
      ['update', () => store.delete(claim.key)],
    ]
    for (const [name, call] of calls) {
      const sent = await during(async () => expect(await call()).not.toBe(false))
      expect(names(sent)).toEqual([name])
      if (name !== 'find') continue
      expect(sent[0]?.command).toMatchObject({ readConcern: { level: 'majority' } })
      expect(sent[0]?.command['$readPreference'] ?? { mode: 'primary' }).toEqual({ mode: 'primary' })
    }
  })

  it('is one command for every call of a lock', async () => {
    const locks = new MongoLockStore(db)
    const request = { name: 'lock', owner: 'owner', ttlMs: 60_000 }
    const names_ = async (act: () => Promise<unknown>) => names(await during(act))
    expect(await names_(() => locks.acquire(request))).toEqual(['findAndModify'])
    expect(await names_(() => locks.acquire({ ...request, owner: 'other' }))).toEqual(['findAndModify'])
    expect(await names_(() => locks.extend(request))).toEqual(['update'])
    expect(await names_(() => locks.isHeld('lock'))).toEqual(['find'])
    expect(await names_(() => locks.release(request))).toEqual(['update'])
  })

  it('is a few commands for many that are waiting, each key once in each', async () => {
    const keys = Array.from({ length: 200 }, () => crypto.randomUUID())
    const claims = [...keys, ...keys].map((key) => claimOf(key))
    let outcomes: string[] = []
    await during(async () => {
      outcomes = (await Promise.all(claims.map((claim) => store.claim(claim)))).map(({ type }) => type)
    })
    expect(outcomes.filter((type) => type === 'acquired')).toHaveLength(200)
    expect(outcomes.filter((type) => type === 'running')).toHaveLength(200)

    const winners = claims.filter((_, i) => outcomes[i] === 'acquired')
    const settling = await during(async () => {
      const settled = await Promise.all(winners.map((claim) => store.complete(completion(claim))))
      expect(settled).toEqual(winners.map(() => true))
    })
    expect(settling.length).toBeLessThan(30)

    const replaying = await during(async () => {
      const replays = await Promise.all(keys.map((key) => store.claim(claimOf(key))))
      expect(replays.map((each) => each.type === 'settled' && each.value)).toEqual(keys)
    })
    expect(replaying.length).toBeLessThan(60)
    expect(new Set(names(replaying))).toEqual(new Set(['findAndModify', 'hello', 'find']))
  })

  it('inserts what many claims are the first of, in one command, with the time of the server', async () => {
    const keys = Array.from({ length: 17 }, () => crypto.randomUUID())
    let outcomes: unknown[] = []
    const sent = await during(async () => {
      outcomes = await Promise.all(keys.map((key) => store.claim(claimOf(key, { fingerprint: 'print' }))))
    })
    expect(names(sent).sort()).toEqual(['find', 'findAndModify', 'hello', 'insert'])
    // Whoever was first went alone, and looks like the others.
    const shape = (type: string) =>
      own.db.collection('idem.records').find({ _id: { $in: keys as never[] }, fence: { $type: type } })
    expect(await shape('long').toArray()).toHaveLength(17)
    const [alone, together] = await Promise.all([store.get(keys[0] as string), store.get(keys[1] as string)])
    const differing = {
      key: '',
      owner: '',
      fence: 0,
      createdAt: 0,
      updatedAt: 0,
      leaseUntil: 0,
      expiresAt: 0,
      leaseMs: 0,
    }
    expect({ ...together, ...differing }).toEqual({ ...alone, ...differing })
    expect(Math.abs((together?.createdAt ?? 0) - (alone?.createdAt ?? 0))).toBeLessThan(10_000)
    expect(outcomes[1]).toEqual({
      type: 'acquired',
      attempt: 1,
      fence: together?.fence,
      takeover: false,
      steps: [],
    })
  })

  it('answers each of many for itself, whatever the others come to', async () => {
    const [kept, lapsed, failed, gone, running] = Array.from({ length: 5 }, () =>
      claimOf(crypto.randomUUID()),
    ) as [Claim, Claim, Claim, Claim, Claim]
    for (const claim of [kept, failed, gone, running]) await store.claim(claim)
    await store.claim({ ...lapsed, leaseMs: 1 })
    await store.complete(completion(kept))
    await store.fail({ ...completion(failed), kind: 'retryable', failure: 'no' })
    await store.delete(gone.key)
    const fresh = Array.from({ length: 8 }, () => crypto.randomUUID())
    const all = [kept, lapsed, failed, gone, running].map(({ key }) => key)
    const outcomes = await Promise.all(['busy', ...all, ...fresh].map((key) => store.claim(claimOf(key))))
    expect(outcomes.slice(1)).toMatchObject([
      { type: 'settled', value: kept.key },
      { type: 'acquired', attempt: 2, takeover: true },
      { type: 'acquired', attempt: 2, takeover: false },
      { type: 'acquired', attempt: 1 },
      { type: 'running', attempt: 1 },
      ...fresh.map(() => ({ type: 'acquired', attempt: 1, takeover: false })),
    ])
    const late = [kept, lapsed, failed, gone, running].map((claim) => completion(claim, 'late'))
    const others = fresh.map((key) => completion(claimOf(key)))
    const [, ...told] = await Promise.all(
      [completion(claimOf('busy')), ...late, ...others].map((each) => store.complete(each)),
    )
    expect(told).toEqual([true, false, false, false, true, ...others.map(() => false)])
  })
})
