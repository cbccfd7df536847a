import type { RecordState, Store } from '@idem/core'
import { type Row, rowOf } from './row'
import { walk } from './walk'

/** How many records are looked at each time. */
const LOOKED_AT = 10_000

export interface Change {
  readonly what: 'takeover' | 'abandoned' | 'settled' | 'gone'
  readonly row: Row
}

/** What there was at one look. */
export interface Tally {
  readonly counts: Readonly<Record<RecordState, number>>
  /** Those that are abandoned, and those that run, the longest first. */
  readonly unsettled: readonly Row[]
  /** Since the look before. */
  readonly changes: readonly Change[]
  /** Whether there were more records than are looked at. */
  readonly isCut: boolean
}

/** Counts again and again, and tells what became of what it has seen. */
export class Tallies {
  readonly #store: Store
  readonly #beginning: string
  #before: ReadonlyMap<string, Row> | undefined

  constructor(store: Store, beginning: string) {
    this.#store = store
    this.#beginning = beginning
  }

  /** `undefined` if the signal fired meanwhile. @throws StoreError */
  async next(signal: AbortSignal): Promise<Tally | undefined> {
    const rows = new Map<string, Row>()
    let isCut = false
    for await (const page of walk(this.#store, this.#beginning, signal)) {
      for (const record of page) rows.set(record.key, rowOf(record))
      isCut = rows.size >= LOOKED_AT
      if (isCut) break
    }
    if (signal.aborted) return undefined
    const changes = this.#before ? [...changed(this.#before, rows, isCut)] : []
    this.#before = rows
    const counts = { running: 0, succeeded: 0, failed: 0, abandoned: 0 }
    for (const { state } of rows.values()) counts[state]++
    const unsettled = [...rows.values()]
      .filter(({ state }) => state === 'abandoned' || state === 'running')
      .sort((one, other) => one.state.localeCompare(other.state) || one.updatedAt - other.updatedAt)
    return { counts, unsettled, changes, isCut }
  }
}

function* changed(
  before: ReadonlyMap<string, Row>,
  now: ReadonlyMap<string, Row>,
  isCut: boolean,
): Generator<Change> {
  for (const row of now.values()) {
    const old = before.get(row.key)
    // Each attempt has a fence of its own, also one that has ended since.
    if (row.takeover && old?.fence !== row.fence) yield { what: 'takeover', row }
    if (row.state === old?.state) continue
    if (row.state === 'abandoned') yield { what: 'abandoned', row }
    else if (old?.state === 'abandoned' && row.state !== 'running') yield { what: 'settled', row }
  }
  // Of what was not looked at nothing is known.
  if (isCut) return
  for (const row of before.values()) {
    if (row.state === 'abandoned' && !now.has(row.key)) yield { what: 'gone', row }
  }
}
