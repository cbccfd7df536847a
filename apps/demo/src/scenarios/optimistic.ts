/*
 * The optimistic lock: read a row, think, and write it only if nobody has written meanwhile; else begin again.
 *
 * Nobody holds anything while thinking, so nobody who dies or sleeps stops the others, and the store alone decides who was
 * first. The price is paid where many want one row: of all who read the same version one wins, and the others have read
 * for nothing. So whoever lost waits for a random time that grows; and inside one process the changes of one row stand in
 * line, since they could only get into each other's way. The line is for speed: other processes do not stand in it.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { BusyError } from '../payment/payment-errors'
import type { Table, Tables } from '../stores/table'

/** How often a row is read before it is given up: with the pauses, for some three seconds. */
const MAX_TRIES = 50
const MAX_PAUSE_MS = 128

/** What came of {@link changeRow}. */
export interface Change<Row> {
  /** As it is now; `undefined` if there is none. */
  readonly row: Row | undefined
  /** Whether this call wrote it. */
  readonly changed: boolean
  /** How often it was read: 1, unless somebody came first. */
  readonly tries: number
}

/**
 * Makes a new row of the one that is there (or of none), in one step as far as anybody can see.
 *
 * @param change - gives the new row, or `undefined` to leave all as it is; what it throws is thrown on, and nothing is
 * written. It may be called several times, each time with the row as it is then. A write whose reply is lost is not known
 * to have been made: let the row itself tell that a change is in it already.
 * @throws BusyError if others were first each time
 */
export function changeRow<Row>(
  table: Table<Row>,
  id: string,
  change: (row: Row | undefined) => Row | undefined | Promise<Row | undefined>,
): Promise<Change<Row>> {
  return inLine(table, id, async () => {
    for (let tries = 1; tries <= MAX_TRIES; tries++) {
      const found = await table.get(id)
      const row = await change(found?.row)
      if (row === undefined) return { row: found?.row, changed: false, tries }
      const written = found ? await table.replace(id, found.version, row) : await table.insert(id, row)
      if (written) return { row, changed: true, tries }
      await sleep(Math.random() * Math.min(MAX_PAUSE_MS, 2 ** tries))
    }
    throw new BusyError('Too many want the same at once')
  })
}

const tablesBefore = new WeakMap<Tables, Map<string, unknown>>()

/** The table of that name as it was given before: whoever stands in line stands in the same one. */
export function sameTable<Row>(tables: Tables, name: string): Table<Row> {
  const before = tablesBefore.get(tables) ?? new Map<string, unknown>()
  tablesBefore.set(tables, before)
  const table = (before.get(name) as Table<Row> | undefined) ?? tables<Row>(name)
  before.set(name, table)
  return table
}

/** The last one in each line that somebody stands in. */
const lines = new WeakMap<object, Map<string, Promise<unknown>>>()

/** Runs when all have ended that were called before with the same object and id, in this process. */
export function inLine<T>(at: object, id: string, run: () => Promise<T>): Promise<T> {
  const ends = lines.get(at) ?? new Map<string, Promise<unknown>>()
  lines.set(at, ends)
  const turn = (ends.get(id) ?? Promise.resolve()).then(run)
  const end = turn
    .catch(() => {})
    .then(() => {
      if (ends.get(id) === end) ends.delete(id)
    })
  ends.set(id, end)
  return turn
}
