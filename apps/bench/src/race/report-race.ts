import { amount } from '../figures/number-text'
import { ratioText } from '../figures/ratio-text'
import { spread } from '../figures/statistics'
import { renderTable } from '../figures/table'
import type { Report } from '../program'

/** What a contestant reached: operations a second of every round, at each number in flight. */
export interface Finish {
  readonly name: string
  readonly levels: readonly { readonly inFlight: number; readonly rates: readonly number[] }[]
}

interface Presentation {
  readonly shownAs: 'rate' | 'time'
  readonly note?: string | undefined
}

/** The first to finish in the list is the floor. */
export function reportRace({ shownAs, note }: Presentation, finishes: readonly Finish[]): Report {
  const [floor] = finishes
  if (!floor) throw new RangeError('a race needs a floor')
  const rows = finishes.map(({ name, levels }) => [
    name,
    ...levels.flatMap(({ rates }, level) => cells(shownAs, rates, floor.levels[level]?.rates ?? [])),
  ])
  const heading =
    shownAs === 'time'
      ? ['', 'µs a call', '× the floor']
      : ['', ...floor.levels.flatMap(({ inFlight }) => [`${inFlight} in flight`, 'a second'])]
  const table = renderTable({ heading, rows })
  return { text: note === undefined ? table : `${table}\n\n${note}`, figures: { shownAs, finishes } }
}

function cells(shownAs: 'rate' | 'time', rates: readonly number[], floor: readonly number[]): string[] {
  const µs = (rate: number) => 1e6 / rate
  return shownAs === 'time'
    ? [amount(spread(rates.map(µs)).median), ratioText(rates.map(µs), floor.map(µs))]
    : [ratioText(rates, floor), amount(spread(rates).median)]
}
