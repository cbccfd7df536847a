import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { NO_FAULTS } from './budget'
import type { FaultKind } from './history'
import { scenarios } from './scenarios/scenarios'
import { replay, simulate } from './simulate'
import type { SimulationProgress, SimulationReport } from './simulation-options'

/** What each thread is told to do. */
interface Order {
  readonly lanes: readonly number[]
  /** How many there are, of all threads. */
  readonly allLanes: number
  readonly minutes: number
  readonly faults: number
}

/** How many histories a thread plays at the same time: they share the turns of its event loop. */
const LANES = 8

/** The quickest to explore first, so that what they leave of their time goes to the others. */
const FAULTS: Record<FaultKind, string> = {
  loss: 'loss: a request or a reply is lost',
  outage: 'outage: the store is down for a while',
  late: 'late: a request arrives after its process has given it up, and perhaps sent it again',
  tick: 'tick: time passes meanwhile, so that a request or a reply is late',
  jump: "jump: the store's clock jumps ahead or back",
  crash: 'crash: a process dies and starts again',
  lapse: 'lapse: everything is so slow that leases run out',
}
const KINDS = Object.keys(FAULTS) as FaultKind[]

const HELP = `Plays the engine through simulated histories, and prints each that breaks the promise.

  --minutes <n>   how long, at most half of it for exhaustive histories (default 1)
  --faults <n>    how many faults, of one kind, an exhaustive history has at most (default 1)
  --threads <n>   (default: one a core)
  --replay <seed> plays one history again, and prints it`

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
  const orders = Array.from({ length: threads }, (_, thread) => {
    const lanes = Array.from({ length: LANES }, (_, lane) => lane * threads + thread)
    return { lanes, allLanes: threads * LANES, minutes, faults }
  })
  const parts = (await Promise.all(orders.map(inThread))).flat()
  return summarize(parts, faults, (performance.now() - startedAt) / 1000)
}

function positive(option: string, given: string | undefined, otherwise: number): number {
  const value = given === undefined ? otherwise : Number(given)
  if (value > 0) return value
  throw new TypeError(`--${option} must be a number above 0; got ${given}`)
}

function inThread(order: Order): Promise<Part[]> {
  const worker = new Worker(new URL(import.meta.url), {
    workerData: order,
    // Histories are short-lived: with room for them, few are ever copied.
    resourceLimits: { maxYoungGenerationSizeMb: 64 },
  })
  return new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
}

/** The scenarios of this lane's share exhaustively, one kind of fault after another, and then all at random. */
async function work(lane: number, { allLanes, minutes, faults }: Order): Promise<Part[]> {
  const startedAt = performance.now()
  const until = (share: number) =>
    Math.max(1, Math.round(startedAt + share * minutes * 60_000 - performance.now()))
  const onProgress = ({ scenario, mode, histories, violations }: SimulationProgress) =>
    console.log(`lane ${lane}: ${mode} ${scenario}, ${histories} histories, ${violations} violations`)
  const parts: Part[] = []
  const share = scenarios.filter((_, index) => index % allLanes === lane)
  for (const [index, scenario] of share.entries()) {
    for (const [done, kind] of KINDS.entries()) {
      const end = (index + (done + 1) / KINDS.length) / share.length / 2
      const exhaustive = { ...NO_FAULTS, [kind]: faults, faults }
      const signal = AbortSignal.timeout(until(end))
      parts.push({ kind, report: await simulate({ scenarios: [scenario], exhaustive, signal, onProgress }) })
    }
  }
  const signal = AbortSignal.timeout(until(1))
  const random = { histories: Number.POSITIVE_INFINITY, seed: Date.now() + lane }
  parts.push({ report: await simulate({ exhaustive: false, random, signal, onProgress }) })
  return parts
}

interface Part {
  /** Of exhaustive histories: which faults they had. */
  readonly kind?: FaultKind
  readonly report: SimulationReport
}

function summarize(parts: readonly Part[], faults: number, seconds: number): number {
  const rows = scenarios.map(({ name }) => {
    const own = parts.flatMap(({ kind, report }) =>
      report.scenarios.filter(({ scenario }) => scenario === name).map((one) => ({ kind, ...one })),
    )
    return {
      scenario: name,
      exhaustive: own.reduce((total, { exhaustive }) => total + exhaustive, 0),
      'all with': own.flatMap(({ kind, isComplete }) => (isComplete && kind ? [kind] : [])).join(', '),
      random: own.reduce((total, { random }) => total + random, 0),
    }
  })
  console.table(rows)
  console.log(`exhaustive: two processes, and at most ${faults} of one kind of fault; "all with": to the last order of all
random: three processes, and at most 4 faults of all kinds, up to 4 of each (as many crashes, too)
faults: ${Object.values(FAULTS).join('\n        ')}`)
  const violations = parts.flatMap(({ report }) => report.violations)
  for (const { history } of violations) console.log(`\n${history}`)
  const histories = parts.reduce((total, { report }) => total + report.histories, 0)
  const rate = Math.round(histories / seconds)
  console.log(
    `${histories} histories in ${Math.round(seconds)} s, ${rate} a second, ${violations.length} violations`,
  )
  return violations.length === 0 ? 0 : 1
}

if (isMainThread) {
  const args = process.argv.slice(2).filter((argument) => argument !== '--')
  process.exitCode = await main(args).catch((error: unknown) => {
    console.error(error instanceof TypeError ? error.message : error)
    return 2
  })
} else {
  const order = workerData as Order
  parentPort?.postMessage((await Promise.all(order.lanes.map((lane) => work(lane, order)))).flat())
}
