import type { RecordState } from '@idem/core'
import type { Command, Ground } from '../command'
import { rowAsJson } from '../records/as-json'
import { beginningOf, NAMESPACE_OPTION } from '../records/beginning'
import { headLine, type Row, rowLine, rowOf } from '../records/row'
import { walk } from '../records/walk'
import { printable } from '../terminal/printable'

/** How many records are looked at to find the newest. */
const LOOKED_AT = 10_000
const STATES: readonly RecordState[] = ['running', 'succeeded', 'failed', 'abandoned']

export const ls: Command = {
  usage: 'ls [beginning]',
  summary: 'what is kept, the newest first',
  about:
    `Shows the records that changed last, of the first ${LOOKED_AT.toLocaleString('en')} that the store gives; with --all, all of them as they\n` +
    'come, in the order of the store. A beginning is that of stored keys: namespace:name:scope:key.\n' +
    'LEASE is what is left of a running attempt’s; values are never shown here.',
  options: {
    ...NAMESPACE_OPTION,
    contains: { value: 'text', help: 'only keys with this text in them' },
    state: { value: 'state', help: `only ${STATES.join(', ')}` },
    limit: { value: 'n', short: 'n', help: 'how many to show, from 1 to 1000; else 20' },
    all: { help: 'all there are, not sorted' },
    json: { help: 'one JSON object per line' },
  },
  examples: [
    ['ls', 'the last 20 of the namespace idem'],
    ['ls --state abandoned', 'what waits for somebody to decide'],
    ['ls --contains 8e03978e', 'where is the key that the customer sent?'],
    ['ls shop:charge: --all --json', 'all charges, for a program'],
  ],
  plan(typed) {
    typed.noMoreThan(1)
    const beginning = beginningOf(typed)
    const [state, contains] = [typed.oneOf('state', STATES), typed.text('contains') ?? '']
    const [all, json] = [typed.flag('all'), typed.flag('json')]
    const limit = typed.wholeNumber('limit', 1, 1000)
    const fits = (row: Row) => (state === undefined || row.state === state) && row.key.includes(contains)
    return async (ground) => {
      const found = walked(ground, beginning, fits)
      const print = (row: Row) =>
        ground.terminal.print(
          json ? JSON.stringify(rowAsJson(row)) : rowLine(row, Date.now(), ground.terminal.paint),
        )
      if (!json) await ground.terminal.print(headLine(ground.terminal.paint))
      const told = all ? await printAll(found, print, limit) : await printNewest(found, print, limit ?? 20)
      const where = `${printable(ground.title)}, ${beginning === '' ? 'all keys' : `keys that begin with ${printable(beginning)}`}`
      if (!ground.signal.aborted) ground.terminal.note(`${told} (${where})`)
    }
  },
}

interface Seen {
  readonly rows: readonly Row[]
  /** How many records have been looked at so far. */
  readonly count: number
}

async function* walked(
  { store, signal }: Ground,
  beginning: string,
  fits: (row: Row) => boolean,
): AsyncGenerator<Seen, void, undefined> {
  let count = 0
  for await (const page of walk(store, beginning, signal)) {
    count += page.length
    yield { rows: page.map(rowOf).filter(fits), count }
  }
}

async function printAll(
  found: AsyncIterable<Seen>,
  print: (row: Row) => Promise<void>,
  limit = Number.POSITIVE_INFINITY,
): Promise<string> {
  let printed = 0
  for await (const { rows } of found) {
    for (const row of rows) {
      await print(row)
      if (++printed === limit) return `${limit} records, and perhaps more: this is the limit`
    }
  }
  return printed === 1 ? '1 record' : `${printed} records`
}

async function printNewest(
  found: AsyncIterable<Seen>,
  print: (row: Row) => Promise<void>,
  limit: number,
): Promise<string> {
  const fitting = new Map<string, Row>()
  let isWhole = true
  for await (const { rows, count } of found) {
    // Seen again, it may have changed.
    for (const row of rows) fitting.set(row.key, row)
    isWhole = count < LOOKED_AT
    if (!isWhole) break
  }
  const newest = [...fitting.values()].sort((one, other) => other.updatedAt - one.updatedAt).slice(0, limit)
  for (const row of newest) await print(row)
  const shown = `${newest.length} of ${fitting.size} ${fitting.size === 1 ? 'record' : 'records'}, the newest first`
  if (isWhole) return newest.length < fitting.size ? `${shown}: --limit shows more, --all all` : shown
  return `${shown}; LOOKED ONLY AT THE FIRST ${LOOKED_AT} RECORDS: give a longer beginning, or --all`
}
