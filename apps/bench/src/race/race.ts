import type { Report, Trial, TrialSettings } from '../program'
import type { Contestant, Prepared } from './contestant'
import { reportRace } from './report-race'
import { isWanted, rotated, roundText } from './rounds'
import { turn } from './turn'

export interface RaceOptions {
  readonly name: string
  readonly title: string
  /** What the table cannot say. */
  readonly note?: string | undefined
  /** The cheapest thing that anyone could write: what the others are measured against. It always runs. */
  readonly floor: Contestant
  readonly others: readonly Contestant[]
  /** Shown as operations a second at each number in flight, or as the time of one call with nothing beside it. */
  readonly shownAs: 'rate' | 'time'
  /** Removes what a turn has left behind, so that each turn finds the same emptiness. Not measured. */
  readonly afterTurn?: (() => Promise<void>) | undefined
  /** See {@link turn}. @defaultValue 1 */
  readonly callsPerLook?: number | undefined
}

/** A contestant that is ready, and what it has reached so far. */
interface Runner extends Prepared {
  readonly name: string
  readonly levels: readonly { readonly inFlight: number; readonly rates: number[] }[]
}

/**
 * Measures contestants in turn, round after round, each round beginning with another one of them: whatever slows the
 * machine down for a while does not always hit the same.
 */
export function race(options: RaceOptions): Trial {
  const { name, title, floor, others, shownAs } = options
  return {
    name,
    title,
    async run(settings): Promise<Report> {
      const runners: Runner[] = []
      try {
        const levels = shownAs === 'time' ? [1] : settings.inFlight
        for (const { name, setup } of [floor, ...others.filter(({ name }) => isWanted(name, settings))]) {
          settings.signal.throwIfAborted()
          settings.progress('setting up', name)
          const start = levels.map((inFlight) => ({ inFlight, rates: [] }))
          runners.push({ ...(await setup()), name, levels: start })
        }
        await runRounds(options, runners, settings)
        return reportRace(
          options,
          runners.map(({ name, levels }) => ({ name, levels })),
        )
      } finally {
        await Promise.all(runners.map(({ teardown }) => teardown()))
      }
    },
  }
}

async function runRounds(
  { callsPerLook = 1, afterTurn }: RaceOptions,
  runners: readonly Runner[],
  { rounds, turnMs, signal, progress }: TrialSettings,
): Promise<void> {
  const levels = runners[0]?.levels ?? []
  // Round 0 warms up, and does not count.
  for (let round = 0; round <= rounds; round++) {
    for (const [index, { inFlight }] of levels.entries()) {
      for (const runner of rotated(runners, round)) {
        signal.throwIfAborted()
        progress(roundText(round, rounds), `${inFlight} in flight, ${runner.name}`)
        // There if Node.js was started with --expose-gc: nobody then pays for what another has left lying about.
        globalThis.gc?.()
        const rate = await turn(runner.operation, { inFlight, turnMs, callsPerLook })
        if (round > 0) runner.levels[index]?.rates.push(rate)
        runner.afterTurn?.()
        await afterTurn?.()
      }
    }
  }
}
