import { randomUUID } from 'node:crypto'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Table } from '../../src/stores/table'
import { everyStore } from '../support/every-store'

vi.setConfig({ testTimeout: 30_000 })

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

interface Item {
  readonly name: string
}

for (const { title, kind, url } of await everyStore())
  describe.skipIf(url === undefined)(`ids of rows in ${title}`, () => {
    /** A table that nobody has used, with a row under each id that tells it. */
    async function filled(ids: readonly string[] = []): Promise<Table<Item>> {
      const { tables, close } = await kind.open(url ?? '', () => {})
      onTestFinished(close)
      const items = tables<Item>(`test-${randomUUID()}`)
      await Promise.all(ids.map((name) => items.insert(name, { name })))
      return items
    }

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
      const items = await filled(['a', 'b1', 'b2', 'b3', 'c', '\uffff1', '😀1'])
      const listed = async (query: { prefix?: string; after?: string }) =>
        idsOf(await items.list({ ...query, limit: 10 }))
      expect(await listed({ after: 'b1' })).toEqual(['b2', 'b3', 'c', '\uffff1', '😀1'])
      expect(await listed({ after: 'b' })).toEqual(['b1', 'b2', 'b3', 'c', '\uffff1', '😀1'])
      expect(await listed({ after: '' })).toEqual(['a', 'b1', 'b2', 'b3', 'c', '\uffff1', '😀1'])
      expect(await listed({ after: '😀1' })).toEqual([])
      expect(await listed({ prefix: 'b', after: 'a' })).toEqual(['b1', 'b2', 'b3'])
      expect(await listed({ prefix: 'b', after: 'b' })).toEqual(['b1', 'b2', 'b3'])
      expect(await listed({ prefix: 'b', after: 'b2' })).toEqual(['b3'])
      expect(await listed({ prefix: 'b1', after: 'b1' })).toEqual([])
      expect(await listed({ prefix: 'b', after: 'c' })).toEqual([])
      // By UTF-16 it would be the other way round.
      expect(await listed({ prefix: '\uffff', after: '😀' })).toEqual([])
      expect(await listed({ prefix: '😀', after: '\uffff' })).toEqual(['😀1'])
    })

    test('a list may be long', async () => {
      const ids = Array.from({ length: 250 }, (_, index) => `row ${index}`)
      const items = await filled(ids)
      expect(idsOf(await items.list({ limit: 1000 }))).toEqual(byBytes(ids))
      expect(idsOf(await items.list({ limit: 249 }))).toEqual(byBytes(ids).slice(0, -1))
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

    test.each([
      ['empty', ''],
      ['longer than 1000 bytes', 'é'.repeat(501)],
      ['with U+0000', 'a\0b'],
      ['with half a character', 'a\ud83d'],
    ])('an id that is %s is refused', async (_, id) => {
      const items = await filled()
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
        await expect((await filled()).list({ limit })).rejects.toThrow(TypeError)
      },
    )
  })
