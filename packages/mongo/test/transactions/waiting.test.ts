import { describe, expect, inject, it } from 'vitest'
import { observed } from '../commands'
import { type Account, accounts } from './accounts'

const book = accounts()
const { own, db, process, deposit, balance } = book

describe.skipIf(inject('mongoUrl') === undefined)('a transaction', () => {
  it('shows nothing to anybody before it has committed', async () => {
    await process().transaction(book.key, async (ctx) => {
      await deposit()(ctx)
      expect(await process().inspect(book.key)).toBeUndefined()
      expect(await balance()).toBe(0)
    })
    expect(await process().inspect(book.key)).toMatchObject({ state: 'succeeded', attempt: 1 })
  })

  it('keeps nobody waiting in the database: 200 duplicates on five connections, and other work beside them', async () => {
    let runs = 0
    const others = Array.from({ length: 50 }, () => crypto.randomUUID())
    const processes = Array.from({ length: 200 }, () => process())
    const answers = processes.map((idem) =>
      idem.transaction(book.key, async (ctx) => {
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
    await process().transaction(book.key, async (ctx) => {
      others.push(
        elsewhere.run(book.key, () => 'no'),
        elsewhere.run([book.key, 'other'], () => 'other'),
      )
      await expect.poll(() => events, { timeout: 10_000 }).toContain('waiting')
      expect(await others[1]).toBe('other')
      return deposit()(ctx)
    })
    expect(await others[0]).toBe(10)
    expect(events).not.toContain('store-failed')
  }, 30_000)

  it('is not asked for by others of its process while it has the key', async () => {
    const seen = observed(own)
    const events: string[] = []
    const waiting = process(seen.db, { observer: ({ type }) => events.push(type) })
    const answers: Promise<unknown>[] = []
    let sent = 0
    seen.db.client.on('commandStarted', ({ commandName }) => {
      if (commandName === 'findAndModify') sent++
    })
    await process(seen.db).transaction(book.key, async (ctx) => {
      const before = sent
      answers.push(waiting.transaction(book.key, () => 'no'))
      await expect.poll(() => events).toContain('waiting')
      expect(sent).toBe(before)
      return deposit(10, seen.db)(ctx)
    })
    expect(await Promise.all(answers)).toEqual([10])
  })
})
