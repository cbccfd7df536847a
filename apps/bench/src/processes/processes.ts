import type { Report, Trial, TrialSettings } from '../program'
import { rotated, roundText } from '../race/rounds'
import { KINDS, type Kind } from './order'
import { type Lane, reportProcesses } from './report-processes'
import { startWorkers, type Workers } from './start-workers'
import { together } from './together'
import type { Workplace } from './workplaces'

export interface ProcessesOptions {
  readonly name: string
  readonly title: string
  readonly open: () => Promise<Workplace>
  /** How many processes: one after another, the first of them what the others are compared to. */
  readonly counts: readonly number[]
}

const ALL = Object.keys(KINDS) as Kind[]

/** How many calls each process keeps under way. */
const IN_FLIGHT = 16

/** Where the keys of duplicates begin: first those of warming up, then those of each turn, so many at most. */
const WARM_FROM = 2e12
const DUPLICATES_FROM = 3e12
const KEYS_A_TURN = 1e6

/** What a call costs where several processes work on one store at once. */
export function processes({ name, title, open, counts }: ProcessesOptions): Trial {
  return {
    name,
    title,
    async run(settings): Promise<Report> {
      const workplace = await open()
      let workers: Workers | undefined
      try {
        settings.progress('starting processes')
        workers = await startWorkers(workplace.order, Math.max(...counts))
        await warmUp(workers, settings)
        const lanes = counts.flatMap((count) => ALL.map((kind): Lane => ({ count, kind, rounds: [] })))
        await runRounds(lanes, workers, workplace, settings)
        return reportProcesses({
          name,
          title,
          server: workplace.server,
          counts: workplace.meter.counts,
          lanes,
        })
      } finally {
        await workers?.stop()
        await workplace.close()
      }
    },
  }
}

/** One after another: those that only work where many do would else be new to it when the first of them are not. */
async function warmUp({ processes }: Workers, { turnMs, signal, progress }: TrialSettings): Promise<void> {
  for (const [index, { turn }] of processes.entries()) {
    for (const kind of ALL) {
      signal.throwIfAborted()
      progress('warming up', `process ${index + 1}, ${KINDS[kind]}`)
      await turn({ kind, inFlight: IN_FLIGHT, turnMs: turnMs * 2, from: WARM_FROM + index * KEYS_A_TURN })
    }
  }
}

async function runRounds(
  lanes: readonly Lane[],
  workers: Workers,
  { meter }: Workplace,
  { rounds, turnMs, signal, progress }: TrialSettings,
): Promise<void> {
  let from = DUPLICATES_FROM
  // Round 0 warms up, and does not count.
  for (let round = 0; round <= rounds; round++) {
    for (const { count, kind, rounds: done } of rotated(lanes, round)) {
      signal.throwIfAborted()
      progress(roundText(round, rounds), `${KINDS[kind]}, ${count} at once`)
      const chosen = workers.processes.slice(0, count)
      const result = await together(chosen, meter, { kind, inFlight: IN_FLIGHT, turnMs, from })
      if (round > 0) done.push(result)
      from += KEYS_A_TURN
    }
  }
}
