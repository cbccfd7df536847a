import { join } from 'node:path'
import type { Matching } from '@idem/test-servers'
import type { ChaosProgress, ChaosReport, PlayOptions } from './chaos-options'
import type { RunFacts } from './check/run-facts'
import type { Violation } from './check/violation'
import { inflict } from './faults/inflict'
import { Network } from './faults/network'
import { DEFAULT_FAULTS, NO_FAULTS, planFaults } from './faults/plan-faults'
import { bundleWorker } from './fleet/bundle-worker'
import { Fleet } from './fleet/fleet'
import { Keeper } from './fleet/keeper'
import { DirectorLog } from './history/director-log'
import { SharedClock } from './history/shared-clock'
import { makeReport } from './report'
import { TIMES } from './worker/times'
import { makeWorkload } from './workload/workload'

/** So long after the last fault every caller has its answer. */
const DRAIN_MS = 15_000
/** So long after its last call a process has ended. */
const END_MS = 5000
const AUDIT_MS = 20_000
const PROGRESS_MS = 500

/** What is done in a run, and what must come of it. */
export interface Play {
  /** The program of its processes. */
  readonly worker: URL
  /** Which requests may lose their reply. */
  readonly losable: Matching
  /** How much longer it may take until every caller has its answer. @defaultValue 0 */
  readonly patienceMs?: number
  readonly check: (facts: RunFacts) => Promise<Violation[]> | Violation[]
}

/**
 * Lets processes share keys on a real server while they are killed, stopped and cut off and the server is restarted, and
 * checks what all of them saw. Whatever it starts ends with it, also when it is killed itself.
 */
export async function runPlay(
  options: PlayOptions,
  play: Play,
  clock = new SharedClock(),
): Promise<ChaosReport> {
  const { server, processes = 6 } = options
  const keeper = new Keeper()
  let network: Network | undefined
  try {
    const workerFile = join(keeper.directory, 'worker.cjs')
    await bundleWorker(play.worker, workerFile)
    network = await Network.start(server.url, processes)
    return await perform(options, play, clock, keeper, network, workerFile)
  } finally {
    await network?.close()
    await keeper.close()
  }
}

async function perform(
  options: PlayOptions,
  play: Play,
  clock: SharedClock,
  keeper: Keeper,
  network: Network,
  workerFile: string,
): Promise<ChaosReport> {
  const { server, seed, processes = 6, keys = 40, duplicates = 25, onProgress } = options
  const { durationMs = 18_000, leaseMs = 400 } = options
  const workload = { seed, keys, duplicates, processes, leaseMs, durationMs }
  const wanted = { ...DEFAULT_FAULTS, ...options.faults }
  const notKilled = 'notKilled' in server && wanted.restarts > 0 ? server.notKilled : undefined
  const faults = planFaults(wanted, workload)
  const log = new DirectorLog(clock)
  const { losable, patienceMs = 0 } = play
  const giveUpAtMs = durationMs + DRAIN_MS + patienceMs
  const fleet = new Fleet(
    {
      workload,
      origin: clock.origin,
      workerFile,
      urls: network.urls,
      auditorUrl: server.url,
      giveUpAtMs,
    },
    keeper,
    log,
    clock,
  )
  const done = { ...NO_FAULTS }
  let phase: ChaosProgress['phase'] = 'chaos'
  const tell = () => onProgress?.({ elapsedMs: clock.now(), phase, faults: { ...done } })
  const progress = setInterval(tell, PROGRESS_MS)
  try {
    const beganAt = await fleet.startAll()
    const { proxies } = network
    await inflict(faults, { fleet, server, proxies, losable, log, clock, seed, done, beganAt })
    phase = 'drain'
    fleet.dismiss()
    const unfinished = await fleet.drained(beganAt + giveUpAtMs + END_MS - clock.now())
    await fleet.close()
    phase = 'audit'
    fleet.startAuditor()
    fleet.dismiss()
    unfinished.push(...(await fleet.drained(AUDIT_MS + patienceMs)))
    await fleet.close()

    const events = [...fleet.events, ...log.events]
    const facts = { events, workload: makeWorkload(workload), leaseMs, waitMs: TIMES.waitTimeout, unfinished }
    return { ...makeReport(seed, clock.now(), events, done, keys, await play.check(facts)), notKilled }
  } finally {
    clearInterval(progress)
    await fleet.close()
  }
}
