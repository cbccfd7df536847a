import { Idem, type IdemOptions, OperationFailedError, StoreError } from '@idem/core'
import { startTcpProxy } from '@idem/test-servers'
import type { ClientSession, Db } from 'mongodb'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { MongoStore } from '../src'
import { AS_ATTEMPT } from '../src/transactions/attempt'
import { finalFailureUpdate } from '../src/transactions/final-failure-update'
import { names, observed } from './commands'
import { database } from './database'
import { failCommand } from './fail-point'

interface Account {
  readonly _id: string
  readonly balance: number
}

describe.skipIf(inject('mongoUrl') === undefined)('a transaction', () => {
  const own = database()
  const db = own.open({ maxPoolSize: 5 })
  const accounts = own.db.collection<Account>('accounts')
  let key = ''

  beforeAll(async () => {
    await new MongoStore(db).migrate()
    await own.db.createCollection('accounts')
  })
  beforeEach(async () => {
    key = crypto.randomUUID()
    await accounts.insertOne({ _id: key, balance: 0 })
  })
  afterAll(() => own.end())

  /** What a process has: its own engine, on the client that all share, or on one of its own. */
  const process = (through: Db = db, options: Partial<IdemOptions> = {}) =>
    new Idem({ ...options, store: new MongoStore(through) })

  const deposit =
    (amount = 10, through = db) =>
    async ({ tx }: { tx: ClientSession }) => {
      const account = await through
        .collection<Account>('accounts')
        .findOneAndUpdate(
          { _id: key },
          { $inc: { balance: amount } },
          { session: tx, returnDocument: 'after' },
        )
      return account?.balance
    }

  const balance = async () => (await accounts.findOne({ _id: key }))?.balance
  const records = () =>
    own.db
      .collection('idem.records')
      .find({ _id: new RegExp(key) as never })
      .toArray()

  it('commits what it writes and what it answers together, once, whoever asks', async () => {
    const idem = process()
    expect(await idem.transaction(key, deposit())).toBe(10)
    expect(await idem.transaction(key, deposit())).toBe(10)
    expect(await process().transaction(key, deposit())).toBe(10)
    expect(await process().run(key, () => 'no')).toBe(10)
    expect(await balance()).toBe(10)
  })

  it('takes two commands more than the same transaction without it, and no commit', async () => {
    const seen = observed(own)
    const idem = process(seen.db)
    const first = await seen.during(() => idem.transaction(key, deposit(10, seen.db)))
    expect(names(first)).toEqual(['findAndModify', 'findAndModify', 'update', 'commitTransaction'])
    const [claim, , , commit] = first
    expect(claim?.command).toMatchObject({ autocommit: false, readConcern: { level: 'snapshot' } })
    expect(commit?.command).toMatchObject({ writeConcern: { w: 'majority', j: true, wtimeout: 5000 } })
    const replay = await seen.during(() => idem.transaction(key, deposit(10, seen.db)))
    expect(names(replay)).toEqual(['findAndModify', 'commitTransaction'])
  })

  it('shows nothing to anybody before it has committed', async () => {
    await process().transaction(key, async (ctx) => {
      await deposit()(ctx)
      expect(await process().inspect(key)).toBeUndefined()
      expect(await balance()).toBe(0)
    })
    expect(await process().inspect(key)).toMatchObject({ state: 'succeeded', attempt: 1 })
  })

  it('leaves nothing when its body throws, and the key is free', async () => {
    const error = new Error('declined')
    const failing = process().transaction(key, async (ctx) => {
      await deposit()(ctx)
      throw error
    })
    await expect(failing).rejects.toBe(error)
    expect(await balance()).toBe(0)
    expect(await records()).toHaveLength(0)
    expect(await process().transaction(key, deposit(5))).toBe(5)
  })

  it('leaves a failure that is final, and nothing else', async () => {
    const idem = process(db, { isRetryable: () => false })
    const failing = () =>
      idem.transaction(key, async (ctx) => {
        await deposit()(ctx)
        throw new RangeError('declined')
      })
    await expect(failing()).rejects.toThrow(RangeError)
    await expect(failing()).rejects.toThrow(OperationFailedError)
    expect(await balance()).toBe(0)
    expect(await idem.inspect(key)).toMatchObject({
      state: 'failed',
      attempt: 1,
      failure: { name: 'RangeError' },
    })
  })

  it('leaves no final failure where somebody has claimed the key since it was granted', async () => {
    const store = new MongoStore(db)
    const claim = { ...AS_ATTEMPT, key, owner: 'somebody' }
    const settled = { retentionMs: 60_000, tombstoneMs: 0, kind: 'retryable', failure: 'theirs' } as const
    const outcome = await store.claim(claim)
    await store.fail({ ...claim, ...settled })
    const fence = outcome.type === 'acquired' ? outcome.fence : 0
    const late = { ...claim, owner: 'late' }
    const report = { ...late, ...settled, kind: 'final', failure: 'ours' } as const
    const keep = (granted: number) =>
      own.db
        .collection('idem.records')
        .updateOne({ _id: key as never }, finalFailureUpdate(late, report, { attempt: 2, fence: granted }))
    await keep(fence)
    expect(await store.get(key)).toMatchObject({ owner: 'somebody', failure: 'theirs', retryable: true })
    await keep(fence + 1)
    const kept = { owner: 'late', failure: 'ours', retryable: false, attempt: 2, fence: fence + 1 }
    expect(await store.get(key)).toMatchObject(kept)
  })

  it('is an attempt after one that failed, or was abandoned, outside of transactions', async () => {
    const idem = process()
    const failing = idem.run(key, () => {
      throw new Error('first')
    })
    await expect(failing).rejects.toThrow('first')
    let seen = {}
    await idem.transaction(key, async (ctx) => {
      seen = { attempt: ctx.attempt }
      return deposit()(ctx)
    })
    expect(seen).toEqual({ attempt: 2 })
    expect(await idem.inspect(key)).toMatchObject({ state: 'succeeded', attempt: 2, value: 10 })
  })

  it('keeps nobody waiting in the database: 200 duplicates on five connections, and other work beside them', async () => {
    let runs = 0
    const others = Array.from({ length: 50 }, () => crypto.randomUUID())
    const processes = Array.from({ length: 200 }, () => process())
    const answers = processes.map((idem) =>
      idem.transaction(key, async (ctx) => {
        runs++
        // It goes on until all the other work is done, on the connections that are left.
        await expect.poll(() => others.length, { timeout: 20_000 }).toBe(0)
        return deposit()(ctx)
      }),
    )
    const work = others.map(async (_id) => {
      await db.collection<Account>('accounts').insertOne({ _id, balance: 0 })
      others.shift()
    })
    await Promise.all(work)
    expect(new Set(await Promise.all(answers))).toEqual(new Set([10]))
    expect(runs).toBe(1)
    expect(await balance()).toBe(10)
  }, 60_000)

  it('keeps `run` waiting elsewhere while it is open, and answers it with its value', async () => {
    const events: string[] = []
    const elsewhere = process(own.open({ maxPoolSize: 1 }), { observer: ({ type }) => events.push(type) })
    const others: Promise<unknown>[] = []
    await process().transaction(key, async (ctx) => {
      others.push(
        elsewhere.run(key, () => 'no'),
        elsewhere.run([key, 'other'], () => 'other'),
      )
      await expect.poll(() => events, { timeout: 10_000 }).toContain('waiting')
      expect(await others[1]).toBe('other')
      return deposit()(ctx)
    })
    expect(await others[0]).toBe(10)
    expect(events).not.toContain('store-failed')
  }, 30_000)

  it('is repeated as a whole on conflicts with others', async () => {
    const idem = process()
    let runs = 0
    const deposits = Array.from({ length: 4 }, (_, i) =>
      idem.transaction([key, String(i)], async ({ tx }) => {
        runs++
        const shared = db.collection<Account>('accounts')
        const account = await shared.findOne({ _id: key }, { session: tx })
        if (runs === 1) await expect.poll(() => runs).toBeGreaterThan(1)
        await shared.updateOne(
          { _id: key },
          { $set: { balance: (account?.balance ?? 0) + 10 } },
          { session: tx },
        )
      }),
    )
    await Promise.all(deposits)
    expect(await balance()).toBe(40)
    expect(runs).toBeGreaterThan(4)
  })

  it('is repeated also if its body has made another error of the conflict', async () => {
    let runs = 0
    const value = await process().transaction(key, async (ctx) => {
      const conflict = Object.assign(new Error('conflict'), {
        hasErrorLabel: (label: string) => label === 'TransientTransactionError',
      })
      if (++runs === 1) throw new Error('my own', { cause: conflict })
      return deposit()(ctx)
    })
    expect([value, runs]).toEqual([10, 2])
  })

  it('joins a transaction that the caller has open, and shares its fate', async () => {
    const idem = process()
    const tx = db.client.startSession()
    try {
      for (const end of ['abortTransaction', 'commitTransaction'] as const) {
        tx.startTransaction()
        expect(await idem.transaction(key, deposit(), { tx })).toBe(10)
        expect(await idem.transaction(key, deposit(), { tx })).toBe(10)
        await tx[end]()
        expect(await balance()).toBe(end === 'commitTransaction' ? 10 : 0)
      }
      expect(await process().transaction(key, deposit())).toBe(10)
      await expect(idem.transaction([key, 'closed'], deposit(), { tx })).rejects.toThrow(/open transaction/)
    } finally {
      await tx.endSession()
    }
  })

  it('is refused in a transaction of the caller while another one holds the key', async () => {
    await process().transaction(key, async (ctx) => {
      const tx = db.client.startSession()
      try {
        tx.startTransaction()
        const refused = process().transaction(key, deposit(), { tx })
        await expect(refused).rejects.toMatchObject({ code: 'IN_PROGRESS' })
      } finally {
        await tx.endSession()
      }
      return deposit()(ctx)
    })
    expect(await balance()).toBe(10)
  })

  it('has committed, once, when the answer to the commit is lost', async () => {
    const proxy = await startTcpProxy(own.url)
    try {
      const through = own.open({ directConnection: true }, proxy.url)
      const lost = proxy.cutAfterNextRequest(2, 'commitTransaction')
      expect(await process(through).transaction(key, deposit(10, through))).toBe(10)
      await lost
      expect(await balance()).toBe(10)
    } finally {
      await proxy.close()
    }
  })

  it.each([['has vanished by then', 'is run anew', 2]])(
    'whose commit is answered late, and %s, %s',
    async (_, __, expected) => {
      const through = own.open({ appName: key })
      await failCommand(own.db, {
        failCommands: ['commitTransaction'],
        appName: key,
        errorCode: 251,
        errorLabels: ['TransientTransactionError'],
        times: 1,
      })
      let runs = 0
      const answer = process(through).transaction(key, (ctx) => {
        runs++
        return deposit(10, through)(ctx)
      })
      expect(await answer).toBe(10)
      expect(runs).toBe(expected)
      expect(await balance()).toBe(10)
    },
  )

  it('has committed though the server, asked again, no longer knows of it: the record tells', async () => {
    const proxy = await startTcpProxy(own.url)
    try {
      const through = own.open({ directConnection: true, appName: key }, proxy.url)
      const forgotten = { errorCode: 251, errorLabels: ['TransientTransactionError'] }
      await failCommand(own.db, { failCommands: ['commitTransaction'], appName: key, skip: 1, ...forgotten })
      const lost = proxy.cutAfterNextRequest(1, 'commitTransaction')
      let runs = 0
      const answer = process(through).transaction(key, (ctx) => {
        runs++
        return deposit(10, through)(ctx)
      })
      expect(await answer).toBe(10)
      await lost
      expect([runs, await balance()]).toEqual([1, 10])
    } finally {
      await proxy.close()
    }
  })

  it('is not asked for by others of its process while it has the key', async () => {
    const seen = observed(own)
    const events: string[] = []
    const waiting = process(seen.db, { observer: ({ type }) => events.push(type) })
    const answers: Promise<unknown>[] = []
    let sent = 0
    seen.db.client.on('commandStarted', ({ commandName }) => {
      if (commandName === 'findAndModify') sent++
    })
    await process(seen.db).transaction(key, async (ctx) => {
      const before = sent
      answers.push(waiting.transaction(key, () => 'no'))
      await expect.poll(() => events).toContain('waiting')
      expect(sent).toBe(before)
      return deposit(10, seen.db)(ctx)
    })
    expect(await Promise.all(answers)).toEqual([10])
  })

  it('is told of a standalone server before its body runs', async () => {
    const through = own.open({ appName: key })
    // What a server says that is no member of a replica set.
    await failCommand(own.db, { failCommands: ['findAndModify'], appName: key, errorCode: 20, times: 1 })
    let runs = 0
    const refused = process(through).transaction(key, () => runs++)
    await expect(refused).rejects.toThrow(StoreError)
    await expect(refused).rejects.toThrow(/transactions need a replica set/)
    expect(runs).toBe(0)
  })
})
