import type { StoredRecord } from '@idem/core'
import { printable } from '../terminal/printable'
import { LOOK_OF_STATE, type Paint } from '../terminal/style'
import { shortDuration } from '../terminal/times'

/** A record without its payloads. */
export type Row = Omit<StoredRecord, 'value' | 'failure' | 'steps'>

export function rowOf({ value: _, failure: __, steps: ___, ...row }: StoredRecord): Row {
  return row
}

/** The key comes last, and is never cut: it is what is copied. */
const COLUMNS = [
  ['STATE', 13],
  ['ATTEMPT', 7],
  ['AGE', 7],
  ['CHANGED', 7],
  ['LEASE', 7],
  ['EXPIRES', 7],
] as const

const line = (cells: readonly string[], key: string): string =>
  [...cells.map((cell, at) => cell.padEnd(COLUMNS[at]?.[1] ?? 0)), key].join('  ')

export const headLine = (paint: Paint): string =>
  paint(
    'dim',
    line(
      COLUMNS.map(([title]) => title),
      'KEY',
    ),
  )

/** Widths are the same for all rows: they can be printed one by one. */
export function rowLine(row: Row, now: number, paint: Paint): string {
  const lease =
    row.leaseMs === undefined ? (row.state === 'abandoned' ? 'over' : '-') : shortDuration(row.leaseMs)
  const expires = Number.isFinite(row.expiresAt) ? shortDuration(row.expiresAt - now) : 'never'
  const [state, ...rest] = [
    stateOf(row),
    String(row.attempt),
    shortDuration(now - row.createdAt),
    shortDuration(now - row.updatedAt),
    lease,
    expires,
  ]
  const text = line([state as string, ...rest], printable(row.key))
  return paint(LOOK_OF_STATE[row.state], text.slice(0, COLUMNS[0][1])) + text.slice(COLUMNS[0][1])
}

/** A failure that is final is another thing than one that may be tried again. */
export function stateOf({ state, retryable }: Pick<Row, 'state' | 'retryable'>): string {
  return state === 'failed' && !retryable ? 'failed, final' : state
}
