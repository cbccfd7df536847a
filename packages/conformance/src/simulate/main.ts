import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { scenarios } from './scenarios/scenarios'
import { replay, simulate } from './simulate'
import type { SimulationReport } from './simulation-options'

/** What each thread is told to do. */
interface Order {
  readonly thread: number
  readonly threads: number
  readonly minutes: number
  readonly faults: number
}

const HELP = `Plays the engine through simulated histories, and prints each that breaks the promise.

  --minutes <n>   how long, a third of it for exhaustive histories (default 1)
  --faults <n>    how many faults an exhaustive history has at most (default 1)
  --threads <n>   (default: one a core)
  --replay <seed> plays one history again, and prints it`

if (isMainThread) process.exitCode = await main(process.argv.slice(2).filter((argument) => argument !== '--'))
else parentPort?.postMessage(await work(workerData as Order))

async function main(args: string[]): Promise<number> {
  const text = { type: 'string' } as const
  const options = {
    minutes: text,
    faults: text,
    threads: text,
    replay: text,
    help: { type: 'boolean' },
  } as const
  const { values } = parseArgs({ args, options })
  if (values.help) {
    console.log(HELP)
    return 0
  }
  if (values.replay) {
    const { breaches, history } = await replay(values.replay)
    console.log(history)
    return breaches.length === 0 ? 0 : 1
  }
  const threads = positive('threads', values.threads, availableParallelism())
  const minutes = positive('minutes', values.minutes, 1)
  const faults = positive('faults', values.faults, 1)
  const startedAt = performance.now()
  const orders = Array.from({ length: threads }, (_, thread) => ({ thread, threads, minutes, faults }))
  const reports = (await Promise.all(orders.map(inThread))).flat()
  return summarize(reports, (performance.now() - startedAt) / 1000)
}

function positive(option: string, given: string | undefined, otherwise: number): number {
  const value = given === undefined ? otherwise : Number(given)
  if (value > 0) return value
  throw new TypeError(`--${option} must be a number above 0; got ${given}`)
}

function inThread(order: Order): Promise<SimulationReport[]> {
  const worker = new Worker(new URL(import.meta.url), {
    workerData: order,
    // Histories are short-lived: with room for them, few are ever copied.
    resourceLimits: { maxYoungGenerationSizeMb: 64 },
  })
  return new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
}

/** Every scenario of this thread's share exhaustively, as far as time allows, and then all of them at random. */
async function work({ thread, threads, minutes, faults }: Order): Promise<SimulationReport[]> {
  const ms = minutes * 60_000
  const endsAt = performance.now() + ms
  const share = scenarios.filter((_, index) => index % threads === thread)
  const onProgress = ({ scenario, mode, histories, violations }: Progress) =>
    console.log(`thread ${thread}: ${mode} ${scenario}, ${histories} histories, ${violations} violations`)
  const reports: SimulationReport[] = []
  for (const scenario of share) {
    const signal = AbortSignal.timeout(Math.round(ms / 3 / share.length))
    reports.push(await simulate({ scenarios: [scenario], exhaustive: { faults }, signal, onProgress }))
  }
  const signal = AbortSignal.timeout(Math.max(1, Math.round(endsAt - performance.now())))
  const random = { histories: Number.POSITIVE_INFINITY, seed: Date.now() + thread }
  reports.push(await simulate({ exhaustive: false, random, signal, onProgress }))
  return reports
}

type Progress = { scenario: string; mode: string; histories: number; violations: number }

function summarize(reports: readonly SimulationReport[], seconds: number): number {
  const rows = scenarios.map(({ name }) => {
    const own = reports.flatMap((report) => report.scenarios).filter(({ scenario }) => scenario === name)
    const sum = (count: (report: (typeof own)[number]) => number) =>
      own.reduce((total, one) => total + count(one), 0)
    return {
      scenario: name,
      exhaustive: sum(({ exhaustive }) => exhaustive),
      complete: own.some(({ isComplete }) => isComplete),
      random: sum(({ random }) => random),
    }
  })
  console.table(rows)
  const violations = reports.flatMap((report) => report.violations)
  for (const { history } of violations) console.log(`\n${history}`)
  const histories = reports.reduce((total, report) => total + report.histories, 0)
  const rate = Math.round(histories / seconds)
  console.log(
    `${histories} histories in ${Math.round(seconds)} s, ${rate} a second, ${violations.length} violations`,
  )
  return violations.length === 0 ? 0 : 1
}
