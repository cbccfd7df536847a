import { expect, test } from 'vitest'
import { changeRow, sameTable } from '../../src/scenarios/optimistic'
import { memoryTables } from '../../src/stores/memory/memory-table'
import type { Table } from '../../src/stores/table'

interface Count {
  readonly n: number
}

const onceMore = (row: Count = { n: 0 }): Count => ({ n: row.n + 1 })

test('a row that is not there is inserted', async () => {
  const table = memoryTables()<Count>('counts')
  expect(await changeRow(table, 'a', onceMore)).toEqual({ row: { n: 1 }, changed: true, tries: 1 })
  expect(await table.get('a')).toEqual({ row: { n: 1 }, version: 1 })
})

test('a change that gives nothing, or throws, writes nothing', async () => {
  const table = memoryTables()<Count>('counts')
  await table.insert('a', { n: 7 })
  expect(await changeRow(table, 'a', () => undefined)).toEqual({ row: { n: 7 }, changed: false, tries: 1 })
  const refuse = () => {
    throw new Error('no')
  }
  await expect(changeRow(table, 'a', refuse)).rejects.toThrow('no')
  expect(await table.get('a')).toEqual({ row: { n: 7 }, version: 1 })
})

test('no change of many at a time is lost, whether they stand in one line or in two', async () => {
  const tables = memoryTables()
  const [one, other] = [tables<Count>('counts'), tables<Count>('counts')]
  const changes = await Promise.all(
    Array.from({ length: 40 }, (_, i) => changeRow(i % 2 === 0 ? one : other, 'a', onceMore)),
  )
  expect((await one.get('a'))?.row).toEqual({ n: 40 })
  expect(changes.some(({ tries }) => tries > 1)).toBe(true)
})

test('in one line nobody reads in vain, and whoever fails lets the next one in', async () => {
  const table = memoryTables()<Count>('counts')
  const changes = await Promise.allSettled(
    Array.from({ length: 40 }, (_, i) =>
      changeRow(table, 'a', (row) => {
        if (i === 3) throw new Error('no')
        return onceMore(row)
      }),
    ),
  )
  expect(changes.map(({ status }) => status === 'rejected').indexOf(true)).toBe(3)
  expect(await table.get('a')).toEqual({ row: { n: 39 }, version: 39 })
  expect(changes.every((change) => change.status === 'rejected' || change.value.tries === 1)).toBe(true)
})

test('a row that others always change first is given up', async () => {
  const counts = memoryTables()<Count>('counts')
  await counts.insert('a', { n: 1 })
  let reads = 0
  const contended: Table<Count> = {
    get: (id) => {
      reads += 1
      return counts.get(id)
    },
    insert: async () => false,
    replace: async () => false,
    list: (query) => counts.list(query),
  }
  await expect(changeRow(contended, 'a', onceMore)).rejects.toMatchObject({ name: 'BusyError' })
  expect(reads).toBe(50)
  expect(await counts.get('a')).toEqual({ row: { n: 1 }, version: 1 })
}, 20_000)

test('a table that is asked for again is the same', () => {
  const tables = memoryTables()
  expect(sameTable(tables, 'counts')).toBe(sameTable(tables, 'counts'))
  expect(sameTable(tables, 'counts')).not.toBe(sameTable(tables, 'others'))
  expect(sameTable(memoryTables(), 'counts')).not.toBe(sameTable(tables, 'counts'))
})
