import { randomUUID } from 'node:crypto'
import { Idem, type LockStore, type TransactionalStore } from '@idem/core'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { type Cuttable, cuttable } from '../../src/stores/cut'
import { memory } from '../../src/stores/memory/memory'
import { type Demo, order, startDemo } from '../support/demo'
import { everyStore } from '../support/every-store'

vi.setConfig({ testTimeout: 30_000 })

const CUT_OFF = { name: 'StoreError', code: 'STORE', message: 'the store is cut off' }
/** For what is asked of a store by way of idem. */
const REFUSED = { name: 'StoreError', code: 'STORE' }

for (const { title, kind, url } of await everyStore())
  describe.skipIf(url === undefined)(`${title}, cut off`, () => {
    async function open(): Promise<Cuttable> {
      const opened = await kind.open(url ?? '', () => {})
      onTestFinished(opened.close)
      return cuttable(opened)
    }

    async function start(): Promise<Demo & Cuttable> {
      const { opened, cut } = await open()
      const { store, book } = opened
      const options = { store, leaseMs: 500, storeTimeoutMs: 500 }
      return { ...(await startDemo({ ...options, ...(book && { book }) })), opened, cut }
    }

    test('clients are told to come again, and nothing is charged; then each payment is charged once', async () => {
      const demo = await start()
      const paid = order()
      const first = await demo.pay(paid)
      expect(first.code).toBe(200)
      demo.cut(true)
      const payment = order()
      for (const each of [paid, payment]) {
        const refused = await demo.pay(each)
        expect(refused).toMatchObject({ code: 503, body: { status: 'RETRY' } })
        expect(refused.headers.get('Retry-After')).toBe('1')
      }
      expect((await demo.get(`/payment/status?token=${paid.idempotent_token}`)).code).toBe(503)
      if (demo.opened.book) expect((await demo.get('/payment/book')).code).toBe(503)
      expect(await demo.get('/health')).toMatchObject({ code: 503, body: { store: { state: 'failing' } } })
      expect(demo.gateway.arrived).toBe(1)

      demo.cut(false)
      expect((await demo.get('/health')).code).toBe(200)
      const replayed = await demo.pay(paid)
      expect(replayed).toMatchObject({ code: 200, body: { order_id: first.body.order_id } })
      for (const _ of [1, 2]) expect((await demo.pay(payment)).code).toBe(200)
      expect(demo.gateway.ledger.charges()).toHaveLength(2)
    })

    test('a payment whose store is cut off while it is charged is charged once, however often it is sent', async () => {
      const demo = await start()
      const payment = order()
      demo.gateway.hold()
      const paying = demo.pay(payment)
      await demo.gateway.arrival(1)
      demo.cut(true)
      demo.gateway.release()
      const first = await paying
      // Where it is to be entered in a book as well, it is not done without.
      expect(first.code).toBe(demo.opened.book ? 503 : 200)
      expect((await demo.pay(payment)).code).toBe(503)

      demo.cut(false)
      const second = await demo.pay(payment, { Prefer: 'wait=20' })
      expect(second).toMatchObject({ code: 200, body: { status: 'SUCCESS' } })
      const [charge, ...more] = demo.gateway.ledger.charges()
      expect(more).toEqual([])
      expect(second.body.order_id).toBe(`PAY_${charge?.id}`)
      if (demo.opened.book)
        expect(await demo.opened.book.read(payment.idempotent_token)).toMatchObject({ count: 1 })
    })

    test.skipIf(!kind.shared)(
      'whoever waits for a payment of another process is told to come again',
      async () => {
        const [first, second] = [await start(), await start()]
        const payment = order()
        first.gateway.hold()
        const paying = first.pay(payment)
        await first.gateway.arrival(1)
        const waiting = second.pay(payment, { Prefer: 'wait=20' })
        await second.waiting(1)
        second.cut(true)
        expect((await waiting).code).toBe(503)
        first.gateway.release()
        const paid = await paying
        second.cut(false)
        expect(await second.pay(payment)).toMatchObject({ code: 200, body: { order_id: paid.body.order_id } })
        expect(second.gateway.arrived).toBe(0)
      },
    )

    test('rows, locks, book and transactions fail before anything has happened', async () => {
      const { opened, cut } = await open()
      const { locks, tables, book, transaction } = opened
      const rows = tables<string>(`test-${randomUUID()}`)
      const lock = { name: randomUUID(), owner: 'somebody', ttlMs: 10_000 }
      const key = randomUUID()
      const work = vi.fn(async () => 'done')
      const receipt = { order_id: key, charge_id: key, amount: '1.00', user_id: 'u', description: 'd' }
      await rows.insert('kept', 'as it was')
      cut(true)
      await expect(rows.get('kept')).rejects.toMatchObject(CUT_OFF)
      await expect(rows.list({ limit: 1 })).rejects.toMatchObject(CUT_OFF)
      await expect(rows.insert('new', 'row')).rejects.toMatchObject(CUT_OFF)
      await expect(rows.replace('kept', 1, 'changed')).rejects.toMatchObject(CUT_OFF)
      await expect(tables('another').get('kept')).rejects.toMatchObject(CUT_OFF)
      await expect(locks.acquire(lock)).rejects.toMatchObject(CUT_OFF)
      if (book) await expect(book.enter(key, receipt)).rejects.toMatchObject(CUT_OFF)
      if (transaction) await expect(transaction(key, work)).rejects.toMatchObject(CUT_OFF)
      cut(false)
      expect(await rows.list({ limit: 10 })).toEqual([{ id: 'kept', row: 'as it was', version: 1 }])
      expect(await locks.isHeld(lock.name)).toBe(false)
      if (book) expect(await book.read(key)).toEqual({ count: 0, entries: [] })
      expect(work).not.toHaveBeenCalled()
      if (transaction) expect(await transaction(key, work)).toBe('done')
    })

    test('what is under way happens, and its answer is lost', async () => {
      const { opened, cut } = await open()
      const rows = opened.tables<string>(`test-${randomUUID()}`)
      const inserting = rows.insert('a', 'row')
      cut(true)
      await expect(inserting).rejects.toMatchObject(CUT_OFF)
      cut(false)
      await vi.waitFor(async () => expect(await rows.get('a')).toEqual({ row: 'row', version: 1 }), 5000)
    })

    test('an answer that was lost stays lost when the store can be reached again', async () => {
      const { opened, cut } = await open()
      const inserting = opened.tables<string>(`test-${randomUUID()}`).insert('a', 'row')
      cut(true)
      cut(false)
      await expect(inserting).rejects.toMatchObject(CUT_OFF)
    })

    test('no watch is placed', async () => {
      const { opened, cut } = await open()
      cut(true)
      const watching = opened.store.watch?.(randomUUID(), () => {}, new AbortController().signal)
      if (opened.store.watch) await expect(watching).rejects.toMatchObject(CUT_OFF)
    })

    test('a store that has transactions still has them, and one that has none still has none', async () => {
      const { opened, cut } = await open()
      const store = opened.store as TransactionalStore<unknown>
      const idem = new Idem({ store })
      const key = randomUUID()
      const work = vi.fn(async () => 'done')
      if (opened.transaction === undefined) {
        await expect(idem.transaction(key, work)).rejects.toThrow('needs a store that has transactions')
        return
      }
      cut(true)
      await expect(idem.transaction(key, work)).rejects.toMatchObject(REFUSED)
      cut(false)
      for (const _ of [1, 2]) expect(await idem.transaction(key, work)).toBe('done')
      expect(work).toHaveBeenCalledTimes(1)
    })

    test('a transaction that is cut off commits all the same, and its work is not done again', async () => {
      const { opened, cut } = await open()
      const { transaction } = opened
      if (transaction === undefined) return
      const key = randomUUID()
      const work = vi.fn(async () => {
        cut(true)
        return 'done'
      })
      await expect(transaction(key, work)).rejects.toMatchObject(CUT_OFF)
      cut(false)
      expect(await transaction(key, work)).toBe('done')
      expect(work).toHaveBeenCalledTimes(1)
    })

    test('it can be closed while it is cut off', async () => {
      const { opened, cut } = cuttable(await kind.open(url ?? '', () => {}))
      cut(true)
      await opened.close()
    })
  })

describe('a watch of a store that is cut off', () => {
  /** A lock that is watched, and what is heard of it. */
  async function watching() {
    const opened = await memory.open('', () => {})
    const lock = { name: 'lock', owner: 'somebody', ttlMs: 60_000 }
    let saysDeaf = (_deaf: boolean) => {}
    const locks: LockStore = {
      acquire: (request) => opened.locks.acquire(request),
      extend: (request) => opened.locks.extend(request),
      release: (holder) => opened.locks.release(holder),
      isHeld: (name) => opened.locks.isHeld(name),
      watch: async (name, onChange, signal) => {
        saysDeaf = onChange
        await opened.locks.watch?.(name, onChange, signal)
      },
    }
    const { cut, opened: through } = cuttable({ ...opened, locks })
    const heard = vi.fn()
    const ended = new AbortController()
    const place = async () => through.locks.watch?.(lock.name, heard, ended.signal)
    const change = async () => {
      await opened.locks.acquire(lock)
      await opened.locks.release(lock)
    }
    const told = () => heard.mock.calls.splice(0).map(([deaf]) => deaf)
    return { cut, place, change, told, end: () => ended.abort(), saysDeaf: (deaf: boolean) => saysDeaf(deaf) }
  }

  test('it is told that it is deaf, hears nothing meanwhile, and then hears again', async () => {
    const { cut, place, change, told } = await watching()
    await place()
    await change()
    expect(told()).toEqual([false])
    cut(true)
    cut(true)
    expect(told()).toEqual([true])
    await change()
    expect(told()).toEqual([])
    cut(false)
    expect(told()).toEqual([false])
    await change()
    expect(told()).toEqual([false])
  })

  test('one that is deaf for a reason of the store stays so until the store says otherwise', async () => {
    const { cut, place, told, saysDeaf } = await watching()
    await place()
    saysDeaf(true)
    cut(true)
    cut(false)
    expect(told()).toEqual([true, true, true])
    cut(true)
    saysDeaf(false)
    expect(told()).toEqual([true])
    cut(false)
    expect(told()).toEqual([false])
  })

  test('one that has ended is told nothing', async () => {
    const { cut, place, change, told, end } = await watching()
    await place()
    end()
    cut(true)
    cut(false)
    await change()
    expect(told()).toEqual([])
  })

  test('one that was placed after its end is told nothing', async () => {
    const { cut, place, change, told, end } = await watching()
    end()
    await place()
    cut(true)
    cut(false)
    await change()
    expect(told()).toEqual([])
  })

  test('one that is cut off while it is being placed is refused, and hears nothing ever after', async () => {
    const { cut, place, change, told } = await watching()
    const placing = place()
    cut(true)
    await expect(placing).rejects.toMatchObject(CUT_OFF)
    told()
    cut(false)
    await change()
    expect(told()).toEqual([])
  })
})
