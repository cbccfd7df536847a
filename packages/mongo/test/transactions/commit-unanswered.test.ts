import { Idem } from '@idem/core'
import { startTcpProxy } from '@idem/test-servers'
import { describe, expect, inject, it } from 'vitest'
import { MongoStore } from '../../src'
import { failCommand } from '../fail-point'
import { accounts } from './accounts'

const book = accounts()
const { own, process, deposit, balance } = book

describe.skipIf(inject('mongoUrl') === undefined)('a transaction', () => {
  it('has committed, once, when the answer to the commit is lost', async () => {
    const proxy = await startTcpProxy(own.url)
    try {
      const through = own.open({ directConnection: true }, proxy.url)
      const lost = proxy.cutAfterNextRequest(2, 'commitTransaction')
      expect(await process(through).transaction(book.key, deposit(10, through))).toBe(10)
      await lost
      expect(await balance()).toBe(10)
    } finally {
      await proxy.close()
    }
  })

  it('has committed, once, when the answer to the commit does not come, and the connection stays', async () => {
    const proxy = await startTcpProxy(own.url)
    try {
      const through = own.open({ heartbeatFrequencyMS: 120_000 }, proxy.url)
      const idem = new Idem({ store: new MongoStore(through, { wtimeoutMs: 500 }) })
      const sent = new Promise<void>((resolve) => {
        void proxy.cutAfterNextRequest(1, (request) => {
          if (request.includes('commitTransaction')) {
            proxy.delay(600_000)
            resolve()
          }
          return false
        })
      })
      const began = performance.now()
      const answer = idem.transaction(book.key, deposit(10, through))
      await sent
      await expect.poll(balance).toBe(10)
      // Long enough for the answer to have been held back, not so long that it would be asked for again.
      await new Promise((resolve) => setTimeout(resolve, 2000))
      proxy.delay(0)
      expect(await answer).toBe(10)
      expect(performance.now() - began).toBeGreaterThan(5500)
      expect(await balance()).toBe(10)
    } finally {
      await proxy.close()
    }
  }, 30_000)

  it.each([['has vanished by then', 'is run anew', 2]])(
    'whose commit is answered late, and %s, %s',
    async (_, __, expected) => {
      const through = own.open({ appName: book.key })
      await failCommand(own.db, {
        failCommands: ['commitTransaction'],
        appName: book.key,
        errorCode: 251,
        errorLabels: ['TransientTransactionError'],
        times: 1,
      })
      let runs = 0
      const answer = process(through).transaction(book.key, (ctx) => {
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
      const through = own.open({ directConnection: true, appName: book.key }, proxy.url)
      const forgotten = { errorCode: 251, errorLabels: ['TransientTransactionError'] }
      await failCommand(own.db, {
        failCommands: ['commitTransaction'],
        appName: book.key,
        skip: 1,
        ...forgotten,
      })
      const lost = proxy.cutAfterNextRequest(1, 'commitTransaction')
      let runs = 0
      const answer = process(through).transaction(book.key, (ctx) => {
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
})
