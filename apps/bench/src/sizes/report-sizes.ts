import { amount } from '../figures/number-text'
import { plot } from '../figures/plot'
import { ratioText } from '../figures/ratio-text'
import { spread } from '../figures/statistics'
import { renderTable } from '../figures/table'
import type { Report } from '../program'
import { bytesText } from './bytes-text'
import type { RoundTrips } from './count-round-trips'

/** µs of a call with an answer of so many bytes, a figure a round, and what the floors took in the same rounds. */
export interface AtSize {
  readonly bytes: number
  readonly roundTrips: RoundTrips
  readonly rawFirst: readonly number[]
  readonly first: readonly number[]
  readonly rawReplay: readonly number[]
  readonly replay: readonly number[]
}

export interface Presentation {
  readonly name: string
  readonly title: string
  readonly server: string
  readonly sizes: readonly AtSize[]
}

const LINES = {
  first: 'first execution',
  rawFirst: 'raw writes',
  replay: 'replay',
  rawReplay: 'raw read',
} as const

export function reportSizes({ name, title, server, sizes }: Presentation): Report {
  const rows = sizes.map(({ bytes, roundTrips, rawFirst, first, rawReplay, replay }) => [
    bytesText(bytes),
    ...cells(rawFirst, first, roundTrips.first),
    ...cells(rawReplay, replay, roundTrips.replay),
  ])
  const heading = [
    'answer',
    ...['raw writes, µs', 'first execution, µs', '× raw', 'round trips'],
    ...['raw read, µs', 'replay, µs', '× raw', 'round trips'],
  ]
  const lines = (Object.keys(LINES) as (keyof typeof LINES)[]).map((of) => ({
    name: LINES[of],
    points: sizes.map((size) => ({ x: size.bytes, ...spread(size[of]) })),
  }))
  const svg = plot({
    title: `${title}: one call, by the size of its answer`,
    lines,
    scale: 'log',
    countText: bytesText,
  })
  return {
    text: `${server}.\n\n${renderTable({ heading, rows })}`,
    figures: { server, sizes },
    plot: { name: `sizes-${name}`, svg },
  }
}

function cells(floor: readonly number[], figures: readonly number[], roundTrips: number): string[] {
  return [
    amount(spread(floor).median),
    amount(spread(figures).median),
    ratioText(figures, floor),
    String(roundTrips),
  ]
}
