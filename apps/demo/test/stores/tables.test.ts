import { randomUUID } from 'node:crypto'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { OpenStore } from '../../src/stores/store-kind'
import type { Table } from '../../src/stores/table'
import { everyStore } from '../support/every-store'

vi.setConfig({ testTimeout: 30_000 })

const AT_ONCE = 50

/** What has a meaning in a pattern, a script or a statement, and what is ordered otherwise by UTF-16 or by a language. */
const AWKWARD_IDS = [
  '%',
  '_',
  '*',
  '?',
  '[a-z]',
  '\\',
  '^',
  '$gt',
  '{"$gt":""}',
  '(a',
  '[a',
  '+',
  '-',
  "it's",
  'say "yes"',
  'a b',
  'A',
  'a',
  'aa',
  'B',
  'b',
  'a\u0001',
  'a\nb',
  'a.b',
  '__proto__',
  '10',
  '9',
  'é',
  'e\u0301',
  'ä',
  'z',
  '\ud7ff',
  '\ue000',
  '\ufeffmark',
  '\ufffd',
  '\uffff',
  '😀',
  '😀a',
  '\u{10ffff}',
  '\u{10ffff}\u{10ffff}',
  'x'.repeat(1000),
]

const byBytes = (ids: readonly string[]): string[] =>
  [...ids].sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)))

const idsOf = (rows: readonly { readonly id: string }[]): string[] => rows.map(({ id }) => id)

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

    test('every id is one of its own, and they are listed in the order of their bytes', async () => {
      const items = await filled(AWKWARD_IDS)
      for (const id of AWKWARD_IDS) {
        expect(await items.get(id)).toEqual({ row: { name: id }, version: 1 })
        expect(await items.replace(id, 1, { name: `${id} again` })).toBe(true)
      }
      const all = await items.list({ limit: 1000 })
      expect(idsOf(all)).toEqual(byBytes(AWKWARD_IDS))
      for (const { id, row, version } of all) {
        expect({ row, version }).toEqual({ row: { name: `${id} again` }, version: 2 })
      }
    })

    test('a prefix is what ids begin with, and no pattern', async () => {
      const begun = AWKWARD_IDS.slice(0, -1).flatMap((id) => [id, `${id}1`, `${id}\u{10ffff}`])
      const ids = [...new Set(begun)]
      const items = await filled(ids)
      for (const prefix of ['', ...AWKWARD_IDS]) {
        const listed = await items.list({ prefix, limit: 1000 })
        expect(idsOf(listed)).toEqual(byBytes(ids.filter((id) => id.startsWith(prefix))))
      }
    })

    test('a list goes on after any id, whether it is there or not, within its prefix', async () => {
      const items = await filled(['a', 'b1', 'b2', 'b3', 'c'])
      const listed = async (query: { prefix?: string; after?: string }) =>
        idsOf(await items.list({ ...query, limit: 10 }))
      expect(await listed({ after: 'b1' })).toEqual(['b2', 'b3', 'c'])
      expect(await listed({ after: 'b' })).toEqual(['b1', 'b2', 'b3', 'c'])
      expect(await listed({ after: '' })).toEqual(['a', 'b1', 'b2', 'b3', 'c'])
      expect(await listed({ after: 'c' })).toEqual([])
      expect(await listed({ prefix: 'b', after: 'a' })).toEqual(['b1', 'b2', 'b3'])
      expect(await listed({ prefix: 'b', after: 'b' })).toEqual(['b1', 'b2', 'b3'])
      expect(await listed({ prefix: 'b', after: 'b2' })).toEqual(['b3'])
      expect(await listed({ prefix: 'b1', after: 'b1' })).toEqual([])
      expect(await listed({ prefix: 'b', after: 'c' })).toEqual([])
    })

    test.each([1, 2, 3, 7, 100])('pages of %i rows come to all of them, each once', async (limit) => {
      const ids = [...AWKWARD_IDS, ...AWKWARD_IDS.slice(0, -1).map((id) => `😀${id}`)]
      const items = await filled([...new Set(ids)])
      for (const prefix of ['', '😀']) {
        const seen: string[] = []
        for (;;) {
          const page = await items.list({ prefix, after: seen.at(-1) ?? '', limit })
          expect(page.length).toBeLessThanOrEqual(limit)
          seen.push(...idsOf(page))
          if (page.length < limit) break
        }
        expect(seen).toEqual(byBytes([...new Set(ids)].filter((id) => id.startsWith(prefix))))
      }
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

    test.each([
      ['empty', ''],
      ['longer than 1000 bytes', 'é'.repeat(501)],
      ['with U+0000', 'a\0b'],
      ['with half a character', 'a\ud83d'],
    ])('an id that is %s is refused', async (_, id) => {
      const items = await table()
      const refusal = { name: 'TypeError', message: expect.stringContaining(JSON.stringify(id)) }
      await expect(items.get(id)).rejects.toMatchObject(refusal)
      await expect(items.insert(id, { name: 'a' })).rejects.toMatchObject(refusal)
      await expect(items.replace(id, 1, { name: 'a' })).rejects.toMatchObject(refusal)
      if (id === '') return
      await expect(items.list({ prefix: id, limit: 1 })).rejects.toMatchObject(refusal)
      await expect(items.list({ after: id, limit: 1 })).rejects.toMatchObject(refusal)
    })

    test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
      'a limit of %d is refused',
      async (limit) => {
        await expect((await table()).list({ limit })).rejects.toThrow(TypeError)
      },
    )

    test('what is no JSON is refused', async () => {
      const values = await table<unknown>()
      await expect(values.insert('a', undefined)).rejects.toThrow('a row must be plain JSON; got undefined')
      await values.insert('a', 1)
      await expect(values.replace('a', 1, () => {})).rejects.toThrow('a row must be plain JSON; got function')
      expect(await values.get('a')).toEqual({ row: 1, version: 1 })
    })

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
