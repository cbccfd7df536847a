import { Idem, StoreError } from '@idem/core'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { MongoStore } from '../../src'
import { database } from '../database'
import { failCommand } from '../fail-point'

const own = database()
const store = new MongoStore(own.db, { wtimeoutMs: 300 })
afterAll(() => own.end())
const keeping = { retentionMs: 60_000, tombstoneMs: 0 }

const claimOf = (key: string) => ({
  ...{ key, owner: crypto.randomUUID(), leaseMs: 60_000, keepMs: 60_000, maxAttempts: Infinity },
  onAbandoned: 'takeover' as const,
})

/** Runs `act` while a transaction that is still open has written the record of a key. */
async function besideTransaction<Result>(key: string, act: () => Promise<Result>): Promise<Result> {
  const session = own.db.client.startSession()
  try {
    session.startTransaction()
    const records = own.db.collection<{ _id: string }>('idem.records')
    await records.updateOne({ _id: key }, { $set: { touched: true } }, { session, upsert: true })
    return await act()
  } finally {
    await session.endSession()
  }
}

describe.skipIf(inject('mongoUrl') === undefined)('a record that an open transaction has written', () => {
  let key = ''
  beforeAll(() => store.migrate())
  beforeEach(() => {
    key = crypto.randomUUID()
  })

  const writes = {
    complete: (owner: string) => store.complete({ key, owner, value: 'v', ...keeping }),
    fail: (owner: string) => store.fail({ key, owner, kind: 'final', failure: 'f', ...keeping }),
    extend: (owner: string) => store.extend({ key, owner, leaseMs: 60_000, keepMs: 60_000 }),
    saveStep: (owner: string) => store.saveStep({ key, owner, name: 'step', value: 'v' }),
    release: (owner: string) => store.release({ key, owner }),
    delete: () => store.delete(key),
  }

  it.each(Object.entries(writes))(
    'lets no %s wait for long, which does its work afterwards',
    async (_, write) => {
      const claim = claimOf(key)
      await store.claim(claim)
      const writing = besideTransaction(key, () => write(claim.owner))
      await expect(writing).rejects.toThrow(StoreError)
      await expect(writing).rejects.toThrow(/longer than its time limit: an open transaction/)
      expect(await store.get(key)).toMatchObject({ state: 'running', owner: claim.owner, steps: [] })
      expect(await write(claim.owner)).toBe(true)
    },
  )

  it('is no burden to the settles that go with its own', async () => {
    const claims = [claimOf(key), ...Array.from({ length: 30 }, () => claimOf(crypto.randomUUID()))]
    for (const claim of claims) await store.claim(claim)
    const settled = await besideTransaction(key, () =>
      Promise.allSettled(
        claims.map(({ key, owner }) => store.complete({ key, owner, value: 'v', ...keeping })),
      ),
    )
    const [held, ...others] = settled
    expect(held).toMatchObject({ status: 'rejected', reason: { code: 'STORE' } })
    expect(others).toEqual(others.map(() => ({ status: 'fulfilled', value: true })))
  })

  it('keeps no failure that is final, whose caller is told the error all the same, and soon', async () => {
    const through = own.open({ appName: key })
    // The failure is a second on its way: time enough for somebody else.
    await failCommand(own.db, { failCommands: ['update'], appName: key, times: 1, blockTimeMS: 1500 })
    const error = new RangeError('declined')
    let written = () => {}
    const isWritten = new Promise<void>((resolve) => {
      written = resolve
    })
    let others: Promise<void> | undefined
    let end = () => {}
    const idem = new Idem({
      store: new MongoStore(through),
      namespace: 'n',
      isRetryable: () => {
        others ??= besideTransaction(`n:::${key}`, () => {
          written()
          return new Promise<void>((resolve) => {
            end = resolve
          })
        })
        return false
      },
    })
    const failing = idem.transaction(key, () => {
      throw error
    })
    await expect(failing).rejects.toBe(error)
    await isWritten
    end()
    await others
    expect(await idem.inspect(key)).toBeUndefined()
  })
})

describe.skipIf(inject('mongoUrl') === undefined)('a failure that is final and cannot be kept', () => {
  it('hides no error of a body, and the key is free', async () => {
    const appName = crypto.randomUUID()
    const idem = new Idem({ store: new MongoStore(own.open({ appName })), isRetryable: () => false })
    await failCommand(own.db, { failCommands: ['update'], appName, times: 1, errorCode: 13 })
    const error = new RangeError('declined')
    const failing = idem.transaction('key', () => {
      throw error
    })
    await expect(failing).rejects.toBe(error)
    expect(await idem.transaction('key', () => 'paid')).toBe('paid')
  })
})
