import { randomUUID } from 'node:crypto'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { OpenStore } from '../../src/stores/store-kind'
import { everyStore } from '../support/every-store'

vi.setConfig({ testTimeout: 30_000 })

for (const { title, kind, url } of await everyStore())
  describe.skipIf(url === undefined)(`${title}, opened`, () => {
    async function open(): Promise<OpenStore> {
      const opened = await kind.open(url ?? '', () => {})
      onTestFinished(opened.close)
      return opened
    }

    test.skipIf(!kind.shared)('two who opened the store share its rows', async () => {
      const [one, other] = [await open(), await open()]
      const name = `test-${randomUUID()}`
      await one.tables(name).insert('a', { name: 'apple' })
      expect(await other.tables(name).insert('a', { name: 'other' })).toBe(false)
      expect(await other.tables(name).replace('a', 1, { name: 'apricot' })).toBe(true)
      expect(await one.tables(name).replace('a', 1, { name: 'other' })).toBe(false)
      expect(await one.tables(name).list({ limit: 1 })).toEqual([
        { id: 'a', row: { name: 'apricot' }, version: 2 },
      ])
    })

    test.skipIf(!kind.shared)(
      'two who opened the store share its locks, and hear of them',
      async ({ skip }) => {
        const [one, other] = [await open(), await open()]
        const lock = { name: randomUUID(), ttlMs: 10_000 }
        const first = await one.locks.acquire({ ...lock, owner: 'one' })
        expect(await other.locks.acquire({ ...lock, owner: 'other' })).toMatchObject({ acquired: false })
        const heard = vi.fn()
        const ended = new AbortController()
        onTestFinished(() => ended.abort())
        await other.locks.watch?.(lock.name, heard, ended.signal)
        await one.locks.release({ ...lock, owner: 'one' })
        const second = await other.locks.acquire({ ...lock, owner: 'other' })
        expect([first, second]).toMatchObject([{ acquired: true }, { acquired: true }])
        if (first.acquired && second.acquired) expect(second.fence).toBeGreaterThan(first.fence)

        await vi.waitFor(() => expect(heard).toHaveBeenCalled(), 5000)
        const isDeaf = heard.mock.calls.some(([deaf]) => deaf)
        if (isDeaf && title === 'MongoDB') skip('this MongoDB has no change streams')
        expect(isDeaf).toBe(false)
      },
    )

    const hasTransactions = title === 'PostgreSQL' || title === 'MongoDB'

    test('only databases have transactions', async () => {
      expect((await open()).transaction !== undefined).toBe(hasTransactions)
    })

    test.skipIf(!hasTransactions)('a transaction does its work once, whoever asks for it', async () => {
      const [one, other] = [await open(), await open()]
      const key = randomUUID()
      const work = vi.fn(async () => ({ done: work.mock.calls.length }))
      const failing = one.transaction?.(key, async () => {
        throw new RangeError('not today')
      })
      await expect(failing).rejects.toThrow(new RangeError('not today'))
      const both = [one, other, one, other].map(({ transaction }) => transaction?.(key, work))
      expect(await Promise.all(both)).toEqual([{ done: 1 }, { done: 1 }, { done: 1 }, { done: 1 }])
      expect(await other.transaction?.(key, work)).toEqual({ done: 1 })
      expect(work).toHaveBeenCalledTimes(1)
    })

    test('a lock and a record of the same name have nothing to do with each other, nor with rows', async () => {
      const { store, locks, tables } = await open()
      const name = `test-${randomUUID()}`
      await tables(name).insert(name, {})
      expect(await locks.isHeld(name)).toBe(false)
      expect(await store.get(name)).toBeUndefined()
      await locks.acquire({ name, owner: 'a', ttlMs: 10_000 })
      expect(await store.get(name)).toBeUndefined()
      const { records } = await store.list({ prefix: name, limit: 10 })
      expect(records).toEqual([])
      expect(await locks.release({ name, owner: 'a' })).toBe(true)
    })
  })
