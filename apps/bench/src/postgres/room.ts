import type { Pool } from 'pg'
import { amount, ratio } from '../figures/number-text'
import { renderTable } from '../figures/table'
import type { Report, Trial } from '../program'
import { isWanted } from '../race/rounds'
import { answering } from '../work/answer'
import type { KeySource } from '../work/key-source'
import type { Library } from '../work/library'
import type { PostgresServer } from './server'

/** A library, and the table of the schema in which it keeps its records. */
export interface Tenant {
  readonly library: Library
  readonly table: string
}

export interface RoomOptions {
  readonly name: string
  readonly title: string
  readonly server: Pick<PostgresServer, 'pool' | 'schema' | 'keys' | 'tidy'>
  /** The first is what the others are compared to. */
  readonly tenants: readonly Tenant[]
}

/** Enough that the last page, which is not full, does not count. */
const RECORDS = 5000
const AT_ONCE = 64

/** What one finished record takes: its row, and its part of the table and of the index, dead versions and room left free included. */
export function room({ name, title, server, tenants }: RoomOptions): Trial {
  return {
    name,
    title,
    async run(settings): Promise<Report> {
      const sizes: (Size & { name: string })[] = []
      for (const [index, { library, table }] of tenants.entries()) {
        if (index > 0 && !isWanted(library.name, settings)) continue
        settings.signal.throwIfAborted()
        settings.progress(`${RECORDS} records of each`, library.name)
        await server.tidy()
        await callEach(library, server.keys)
        sizes.push({ name: library.name, ...(await measure(server.pool, `${server.schema}.${table}`)) })
      }
      await server.tidy()
      const [floor] = sizes
      const rows = sizes.map(({ name, row, table, index }) => {
        const all = table + index
        const floorAll = floor ? floor.table + floor.index : all
        return [name, amount(row), amount(table), amount(index), ratio(all / floorAll)]
      })
      const heading = ['bytes a record', 'row', 'of the table', 'of the index', '× raw']
      return { text: renderTable({ heading, rows }), figures: sizes }
    },
  }
}

interface Size {
  readonly records: number
  /** A row alone, header included. */
  readonly row: number
  readonly table: number
  readonly index: number
}

async function callEach(library: Library, keys: KeySource): Promise<void> {
  const { call, close } = await library.open()
  try {
    for (let made = 0; made < RECORDS; made += AT_ONCE) {
      const calls = Math.min(AT_ONCE, RECORDS - made)
      await Promise.all(Array.from({ length: calls }, () => call(keys.next(), answering)))
    }
  } finally {
    await close()
  }
}

async function measure(pool: Pool, table: string): Promise<Size> {
  const { rows } = await pool.query<Record<keyof Size, string>>(
    `SELECT count(*) AS records, avg(pg_column_size(r.*)) AS row,
      pg_table_size('${table}') AS table, pg_indexes_size('${table}') AS index FROM ${table} AS r`,
  )
  const [{ records, row, table: all, index }] = rows as [(typeof rows)[number]]
  const count = Number(records)
  if (count !== RECORDS) throw new Error(`${RECORDS} calls have left ${count} records`)
  return { records: count, row: Number(row), table: Number(all) / count, index: Number(index) / count }
}
