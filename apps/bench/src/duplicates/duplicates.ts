import { amount } from '../figures/number-text'
import { spread } from '../figures/statistics'
import { renderTable } from '../figures/table'
import type { Report, Trial, TrialSettings } from '../program'
import { isWanted, rotated, roundText } from '../race/rounds'
import type { KeySource } from '../work/key-source'
import type { Library, OpenLibrary } from '../work/library'
import { type Crowd, type Tally, tally } from './tally'

export interface DuplicatesOptions {
  readonly name: string
  readonly title: string
  /** What the table cannot say. */
  readonly note?: string | undefined
  readonly libraries: readonly Library[]
  readonly keys: KeySource
  readonly crowd: Crowd
  /** Removes the keys of a round. */
  readonly afterTurn?: (() => Promise<void>) | undefined
}

interface Counted {
  readonly name: string
  readonly library: OpenLibrary
  readonly tallies: Tally[]
}

/** Speed is nothing here without its other half: how often the handler ran, and who got which answer. */
export function duplicates(options: DuplicatesOptions): Trial {
  const { name, title, crowd, note } = options
  return {
    name,
    title,
    async run(settings): Promise<Report> {
      const counted: Counted[] = []
      try {
        for (const { name, open } of options.libraries.filter(({ name }) => isWanted(name, settings))) {
          counted.push({ name, library: await open(), tallies: [] })
        }
        await runRounds(options, counted, settings)
        const table = renderTable({ heading: heading(crowd), rows: counted.map(row) })
        return {
          text: note === undefined ? table : `${table}\n\n${note}`,
          figures: { crowd, tallies: counted.map(({ name, tallies }) => ({ name, tallies })) },
        }
      } finally {
        await Promise.all(counted.map(({ library }) => library.close()))
      }
    },
  }
}

async function runRounds(
  { keys, crowd, afterTurn }: DuplicatesOptions,
  counted: readonly Counted[],
  { rounds, signal, progress }: TrialSettings,
): Promise<void> {
  // Round 0 warms up, and does not count.
  for (let round = 0; round <= rounds; round++) {
    for (const { name, library, tallies } of rotated(counted, round)) {
      signal.throwIfAborted()
      progress(roundText(round, rounds), name)
      const result = await tally(library, keys.next, crowd)
      if (round > 0) tallies.push(result)
      await afterTurn?.()
    }
  }
}

function heading({ keys, callers }: Crowd): string[] {
  const calls = keys * callers
  return [
    '',
    `handler runs (${keys} keys)`,
    `the answer (${calls} calls)`,
    'another answer',
    'an error',
    'ms for all',
  ]
}

function row({ name, tallies }: Counted): string[] {
  const count = (of: keyof Tally) => countText(tallies.map((each) => each[of]))
  const { median } = spread(tallies.map(({ ms }) => ms))
  return [name, count('runs'), count('same'), count('different'), count('refused'), amount(median)]
}

/** A count that was the same in all rounds, or the least and the greatest: a promise is held always or not at all. */
function countText(counts: readonly number[]): string {
  const { min, max } = spread(counts)
  return min === max ? String(min) : `${min}–${max}`
}
