import { describe, expect, test, vi } from 'vitest'
import { order } from '../support/demo'
import { startOn } from '../support/opened'
import { sharedStores } from '../support/shared-stores'

vi.setConfig({ testTimeout: 30_000 })

const stores = await sharedStores()

describe.each(stores)('records in $title', ({ title, kind, server, env, records }) => {
  const start = () => startOn(kind, server?.url)

  describe.skipIf(server === undefined)('on a server of somebody', () => {
    test('a server that answers is taken as it is', async () => {
      expect(await kind.locate(env)).toMatchObject({ url: server?.url, described: records })
    })

    test('whoever waits for a payment of another process is given its answer', async () => {
      const [first, second] = [await start(), await start()]
      const payment = order()
      first.gateway.hold()
      const paying = first.pay(payment)
      await first.gateway.arrival(1)
      const waiting = second.pay(payment, { Prefer: 'wait=20' })
      await second.waiting(1)
      first.gateway.release()
      const paid = await paying
      expect(paid.code).toBe(200)
      expect(await waiting).toMatchObject({ code: 200, body: { order_id: paid.body.order_id } })
      expect(second.gateway.arrived).toBe(0)
    })

    test('while the server is away clients are told to come again, and nothing is charged; then all is as before', async () => {
      const demo = await start()
      const paid = order()
      const first = await demo.pay(paid)
      await server?.leave()

      const payment = order()
      for (const refused of [await demo.pay(payment), await demo.pay(paid)]) {
        expect(refused).toMatchObject({ code: 503, body: { status: 'RETRY' } })
        expect(refused.headers.get('Retry-After')).toBe('1')
      }
      for (const path of [
        '/payment/records',
        ...(demo.book ? ['/payment/book'] : []),
        `/payment/status?token=${paid.idempotent_token}`,
      ]) {
        expect(await demo.get(path)).toMatchObject({ code: 503, body: { status: 'RETRY' } })
      }
      expect(await demo.get('/health')).toMatchObject({ code: 503, body: { store: { state: 'failing' } } })
      expect(demo.gateway.arrived).toBe(1)

      await server?.comeBack()
      await demo.recovered()
      const replayed = await demo.pay(paid)
      expect(replayed.headers.get('Idempotency-Replayed')).toBe('true')
      expect(replayed.body.order_id).toBe(first.body.order_id)
      expect(await demo.pay(payment)).toMatchObject({ code: 200 })
      expect(demo.gateway.ledger.charges()).toHaveLength(2)
      for (const { idempotent_token: token } of demo.book ? [paid, payment] : []) {
        expect(await demo.book?.read(token)).toMatchObject({ count: 1 })
      }
      expect(demo.notes).toEqual([
        `${title} is away: until it is back, payments are told to come again`,
        `${title} is back`,
      ])
    })

    test('what is asked of rows, locks and transactions while the server is away fails as one whole; then all is as before', async () => {
      const { tables, locks, transaction, recovered } = await start()
      const rows = tables<string>('away')
      await rows.insert('kept', 'as it was')
      const lock = { name: 'away', owner: 'somebody', ttlMs: 10_000 }
      const work = vi.fn(async () => 'done')
      await server?.leave()

      const failed = (message: string) => ({
        name: 'StoreError',
        code: 'STORE',
        message,
        cause: expect.any(Error),
      })
      const unread = failed('the rows of away cannot be read')
      const unknown = failed('nobody knows whether a row of away was written')
      await expect(rows.get('kept')).rejects.toMatchObject(unread)
      await expect(rows.list({ limit: 1 })).rejects.toMatchObject(unread)
      await expect(rows.insert('new', 'row')).rejects.toMatchObject(unknown)
      await expect(rows.replace('kept', 1, 'changed')).rejects.toMatchObject(unknown)
      await expect(locks.acquire(lock)).rejects.toMatchObject({ code: 'STORE' })
      if (transaction) await expect(transaction('away', work)).rejects.toMatchObject({ code: 'STORE' })
      expect(work).not.toHaveBeenCalled()

      await server?.comeBack()
      await recovered()
      expect(await rows.list({ limit: 10 })).toEqual([{ id: 'kept', row: 'as it was', version: 1 }])
      expect(await rows.replace('kept', 1, 'changed')).toBe(true)
      expect(await locks.acquire(lock)).toMatchObject({ acquired: true })
      for (const _ of transaction ? [1, 2] : []) expect(await transaction?.('away', work)).toBe('done')
      expect(work).toHaveBeenCalledTimes(transaction ? 1 : 0)
    })

    test('after an outage, whoever waits for a payment of another process is still answered', async () => {
      const [first, second] = [await start(), await start()]
      await server?.leave()
      await server?.comeBack()
      await Promise.all([first.recovered(), second.recovered()])
      const payment = order()
      first.gateway.hold()
      const paying = first.pay(payment)
      await first.gateway.arrival(1)
      const waiting = second.pay(payment, { Prefer: 'wait=20' })
      await second.waiting(1)
      first.gateway.release()
      const paid = await paying
      expect(paid.code).toBe(200)
      expect(await waiting).toMatchObject({ code: 200, body: { order_id: paid.body.order_id } })
    })

    test('a store can be opened while the server is away, and answers when it is back', async () => {
      await server?.leave()
      const demo = await start()
      expect((await demo.pay(order())).code).toBe(503)
      await server?.comeBack()
      await demo.recovered()
      expect((await demo.pay(order())).code).toBe(200)
    })

    test('a silent server is found out', async () => {
      const demo = await start()
      await server?.fallSilent()
      const refused = demo.pay(order())
      expect((await demo.get('/health')).body.store.state).toBe('silent')
      expect(await refused).toMatchObject({ code: 503, body: { status: 'RETRY' } })
      await server?.speakAgain()
      await demo.recovered()
    })
  })

  test('without a server one is started that answers, and is gone when it is closed', async ({ skip }) => {
    for (const variable of Object.keys(env)) vi.stubEnv(variable, '')
    const place = await kind.locate({}).catch((error: Error) => error)
    if (place instanceof Error) {
      expect(place).toMatchObject({
        name: 'StartError',
        message: expect.stringContaining(`There is no ${title}, and none could be started:`),
      })
      return skip(place.message)
    }
    const { store, book, close } = await kind.open(place.url, () => {})
    expect(place.described).toMatch(
      new RegExp(`^in a ${title} started for the demo, at 127\\.0\\.0\\.1:\\d+ \\(.+\\), and gone with it$`),
    )
    expect(await store.get('nothing')).toBeUndefined()
    expect((await store.diagnose?.()) ?? []).toEqual([])
    if (book) expect(await book.read()).toEqual({ count: 0, entries: [] })
    await close()
    await place.close()
    const [variable = ''] = Object.keys(env)
    await expect(kind.locate({ [variable]: place.url })).rejects.toThrow(`no ${title} answers`)
  })
})
