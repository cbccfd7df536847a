import { parseArgs } from 'node:util'
import type { ChaosProgress, ChaosReport } from './chaos-options'
import { DEFAULT_FAULTS, type FaultCounts } from './faults/plan-faults'
import { printReport, printViolation } from './print-report'
import { addReports } from './report'
import { runChaos } from './run-chaos'
import type { Target } from './targets/target'
import { targets } from './targets/targets'

const HELP = `Kills, stops and cuts off processes that share keys, restarts their server, and checks what all of them saw.

  --store <name>   ${[...targets.keys()].join(', ')} (default redis)
  --minutes <n>    how long, in rounds of some 20 seconds (default 1)
  --rounds <n>     how many rounds, instead of minutes
  --faults <n>     times as many faults as usual (default 1)
  --seed <n>       of the first round; each round has the next (default: the time)

A seed decides what is called and which faults there are, not how it goes: that is the machine's affair.
Ends with 1 if a promise was broken.`

interface Settings {
  readonly target: Target
  readonly seed: number
  readonly faults: FaultCounts
  readonly mayGoOn: (round: number) => boolean
}

async function main(args: string[]): Promise<number> {
  const settings = readSettings(args)
  if (settings === 'help') {
    console.log(HELP)
    return 0
  }
  const { target, seed, faults, mayGoOn } = settings
  const server = await target.start()
  if ('reason' in server) throw new TypeError(`no ${target.name} for chaos:\n${server.reason}`)
  try {
    let total: ChaosReport | undefined
    for (let round = 0; mayGoOn(round); round++) {
      const own = seed + round
      const onProgress = (progress: ChaosProgress) => showProgress(progressLine(round, progress))
      const report = await runChaos({ target, server, seed: own, faults, onProgress })
      showProgress()
      for (const violation of report.violations) console.log(`\n${printViolation(violation, own)}`)
      total = total ? addReports(total, report) : report
      const { elapsedMs, violations } = report
      console.log(
        `round ${round + 1}, seed ${own}: ${Math.round(elapsedMs / 1000)} s, ${violations.length} violations`,
      )
    }
    if (total) console.log(`\n${printReport(total)}`)
    return total?.violations.length === 0 ? 0 : 1
  } finally {
    await server.stop()
  }
}

function readSettings(args: string[]): Settings | 'help' {
  const text = { type: 'string' } as const
  const options = {
    store: text,
    minutes: text,
    rounds: text,
    faults: text,
    seed: text,
    help: { type: 'boolean' },
  } as const
  const { values } = parseArgs({ args, options })
  if (values.help) return 'help'
  const { store = 'redis' } = values
  const target = targets.get(store)
  if (target === undefined)
    throw new TypeError(`--store must be one of ${[...targets.keys()].join(', ')}; got ${store}`)
  const seed = wholeNumber('seed', values.seed, Date.now() % 1_000_000)
  const rounds = values.rounds === undefined ? undefined : wholeNumber('rounds', values.rounds, 1)
  const endsAt = performance.now() + positive('minutes', values.minutes, 1) * 60_000
  const mayGoOn = (round: number) => (rounds === undefined ? performance.now() < endsAt : round < rounds)
  const faults = times(DEFAULT_FAULTS, positive('faults', values.faults, 1))
  return { target, seed, faults, mayGoOn }
}

const times = (counts: FaultCounts, factor: number): FaultCounts => ({
  kills: Math.round(counts.kills * factor),
  stops: Math.round(counts.stops * factor),
  cuts: Math.round(counts.cuts * factor),
  lostReplies: Math.round(counts.lostReplies * factor),
  restarts: Math.round(counts.restarts * factor),
})

function positive(option: string, given: string | undefined, otherwise: number): number {
  const value = given === undefined ? otherwise : Number(given)
  if (value > 0) return value
  throw new TypeError(`--${option} must be a number above 0; got ${given}`)
}

function wholeNumber(option: string, given: string | undefined, otherwise: number): number {
  const value = given === undefined ? otherwise : Number(given)
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw new TypeError(`--${option} must be a whole number; got ${given}`)
}

/** One line that is written over, where there is somebody to see it. */
function showProgress(line = ''): void {
  if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${line}`)
}

function progressLine(round: number, { elapsedMs, phase, faults }: ChaosProgress): string {
  const { kills, stops, cuts, lostReplies, restarts } = faults
  const told = `${kills} kills, ${stops} stops, ${cuts} cuts, ${lostReplies} lost replies, ${restarts} restarts`
  return `round ${round + 1}, ${phase}, ${(elapsedMs / 1000).toFixed(1)} s: ${told}`
}

const args = process.argv.slice(2).filter((argument) => argument !== '--')
process.exitCode = await main(args).catch((error: unknown) => {
  console.error(error instanceof TypeError ? error.message : error)
  return 2
})
