import { randomUUID } from 'node:crypto'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { OpenStore } from '../../src/stores/store-kind'
import type { Table } from '../../src/stores/table'
import { everyStore } from '../support/every-store'

vi.setConfig({ testTimeout: 30_000 })

const AT_ONCE = 50

const atOnce = <T>(work: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: AT_ONCE }, (_, index) => work(index)))

interface Item {
  readonly name: string
}

for (const { title, kind, url } of await everyStore())
  describe.skipIf(url === undefined)(`tables in ${title}`, () => {
    async function open(): Promise<OpenStore> {
      const opened = await kind.open(url ?? '', () => {})
      onTestFinished(opened.close)
      return opened
    }

    /** One that nobody has used. */
    async function table<Row = Item>(): Promise<Table<Row>> {
      return (await open()).tables<Row>(`test-${randomUUID()}`)
    }

    async function filled(ids: readonly string[]): Promise<Table<Item>> {
      const items = await table()
      await Promise.all(ids.map((name) => items.insert(name, { name })))
      return items
    }

    test('a row that nobody has inserted is not there', async () => {
      const items = await table()
      expect(await items.get('a')).toBeUndefined()
      expect(await items.list({ limit: 10 })).toEqual([])
    })

    test('a row that was inserted is there, in version 1', async () => {
      const items = await table()
      expect(await items.insert('a', { name: 'apple' })).toBe(true)
      expect(await items.get('a')).toEqual({ row: { name: 'apple' }, version: 1 })
      expect(await items.list({ limit: 10 })).toEqual([{ id: 'a', row: { name: 'apple' }, version: 1 }])
    })

    test('an id that has a row keeps it', async () => {
      const items = await filled(['a'])
      expect(await items.insert('a', { name: 'other' })).toBe(false)
      expect(await items.get('a')).toEqual({ row: { name: 'a' }, version: 1 })
      await items.replace('a', 1, { name: 'b' })
      expect(await items.insert('a', { name: 'other' })).toBe(false)
      expect(await items.get('a')).toEqual({ row: { name: 'b' }, version: 2 })
    })

    test('a row is replaced in its version, and in no other', async () => {
      const items = await filled(['a', 'b'])
      expect(await items.replace('a', 1, { name: 'second' })).toBe(true)
      expect(await items.get('a')).toEqual({ row: { name: 'second' }, version: 2 })
      for (const version of [1, 3, 0, -2, 2.5, 20, 1e300, Number.NaN, Number.POSITIVE_INFINITY]) {
        expect(await items.replace('a', version, { name: 'third' })).toBe(false)
      }
      expect(await items.get('a')).toEqual({ row: { name: 'second' }, version: 2 })
      expect(await items.replace('a', 2, { name: 'third' })).toBe(true)
      expect(await items.list({ limit: 10 })).toEqual([
        { id: 'a', row: { name: 'third' }, version: 3 },
        { id: 'b', row: { name: 'b' }, version: 1 },
      ])
    })

    test('versions go on past nine', async () => {
      const items = await filled(['a'])
      for (let version = 1; version < 12; version++) {
        expect(await items.replace('a', version, { name: `after ${version}` })).toBe(true)
      }
      expect(await items.get('a')).toEqual({ row: { name: 'after 11' }, version: 12 })
    })

    test('what is not there is not replaced', async () => {
      const items = await table()
      for (const version of [0, 1]) expect(await items.replace('a', version, { name: 'a' })).toBe(false)
      expect(await items.list({ limit: 10 })).toEqual([])
    })

    test(`of ${AT_ONCE} who insert one id at once, one does`, async () => {
      const items = await table<number>()
      const inserted = await atOnce((index) => items.insert('a', index))
      expect(inserted.filter(Boolean)).toHaveLength(1)
      expect(await items.get('a')).toEqual({ row: inserted.indexOf(true), version: 1 })
    })

    test(`of ${AT_ONCE} who replace one version at once, one does`, async () => {
      const items = await table<number>()
      await items.insert('a', -1)
      const replaced = await atOnce((index) => items.replace('a', 1, index))
      expect(replaced.filter(Boolean)).toHaveLength(1)
      expect(await items.get('a')).toEqual({ row: replaced.indexOf(true), version: 2 })
    })

    test(`${AT_ONCE} who each try until they have added one add ${AT_ONCE}`, async () => {
      const counters = await table<number>()
      await counters.insert('sum', 0)
      await atOnce(async () => {
        for (;;) {
          const found = await counters.get('sum')
          if (found && (await counters.replace('sum', found.version, found.row + 1))) return
        }
      })
      expect(await counters.get('sum')).toEqual({ row: AT_ONCE, version: AT_ONCE + 1 })
    })

    test('tables do not see rows of each other, whatever their names', async () => {
      const { tables } = await open()
      const name = `test-${randomUUID()}`
      const names = [
        name,
        `${name}:ids`,
        `ids:${name}`,
        `${name}a`,
        `${name}/`,
        `${name}%`,
        name.slice(0, -1),
      ]
      for (const each of names) {
        expect(await tables<Item>(each).insert('a', { name: each })).toBe(true)
        expect(await tables<Item>(each).insert(`a:${each}`, { name: each })).toBe(true)
      }
      for (const each of names) {
        expect(await tables<Item>(each).list({ limit: 10 })).toEqual([
          { id: 'a', row: { name: each }, version: 1 },
          { id: `a:${each}`, row: { name: each }, version: 1 },
        ])
      }
    })

    test('a table of the same name is the same table', async () => {
      const { tables } = await open()
      const name = `test-${randomUUID()}`
      await tables(name).insert('a', { name: 'apple' })
      expect(await tables(name).get('a')).toEqual({ row: { name: 'apple' }, version: 1 })
      expect(await tables(name).insert('a', { name: 'other' })).toBe(false)
    })

    test.each([
      null,
      false,
      0,
      '',
      'text with \0, \u2028, "quotes" and half a character: \ud83d',
      1.5e-7,
      9007199254740991,
      1e300,
      [],
      {},
      [[], [null], {}],
      { $set: { a: 1 }, 'a.b': { $gt: '' }, '': 0, 'a\0b': 1, toString: 'x', version: 7, _id: 1 },
      JSON.parse('{"__proto__": {"admin": true}}'),
      { b: 1, a: { d: [{ e: 'é😀\ufeff' }], c: null } },
    ])('plain JSON is kept as it was given: %j', async (row) => {
      const values = await table<unknown>()
      await values.insert('inserted', row)
      await values.insert('replaced', 'something else')
      await values.replace('replaced', 1, row)
      for (const id of ['inserted', 'replaced']) {
        const found = await values.get(id)
        expect(JSON.stringify(found?.row)).toBe(JSON.stringify(row))
      }
      const listed = await values.list({ limit: 2 })
      expect(listed.map((each) => JSON.stringify(each.row))).toEqual([
        JSON.stringify(row),
        JSON.stringify(row),
      ])
    })

    test('a row that was given or got is nobody else’s', async () => {
      const lists = await table<{ names: string[] }>()
      const given = { names: ['a'] }
      await lists.insert('a', given)
      given.names.push('given, and changed')
      const got = await lists.get('a')
      got?.row.names.push('got, and changed')
      const [listed] = await lists.list({ limit: 1 })
      listed?.row.names.push('listed, and changed')
      expect(await lists.get('a')).toEqual({ row: { names: ['a'] }, version: 1 })
      const next = { names: ['b'] }
      await lists.replace('a', 1, next)
      next.names.push('given, and changed')
      expect(await lists.get('a')).toEqual({ row: { names: ['b'] }, version: 2 })
    })

    test('what is no JSON is refused', async () => {
      const values = await table<unknown>()
      await expect(values.insert('a', undefined)).rejects.toThrow('a row must be plain JSON; got undefined')
      await values.insert('a', 1)
      await expect(values.replace('a', 1, () => {})).rejects.toThrow('a row must be plain JSON; got function')
      expect(await values.get('a')).toEqual({ row: 1, version: 1 })
    })
  })
