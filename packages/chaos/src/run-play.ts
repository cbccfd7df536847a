import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { bundleWorker } from '@idem/harness'
import type { Matching } from '@idem/test-servers'
import type { ChaosProgress, ChaosReport, PlayOptions } from './chaos-options'
import type { Finding } from './check/check-history'
import type { RunFacts } from './check/run-facts'
import { inflict } from './faults/inflict'
import { Network } from './faults/network'
import { DEFAULT_FAULTS, NO_FAULTS, planFaults } from './faults/plan-faults'
import { Fleet } from './fleet/fleet'
import { Keeper } from './fleet/keeper'
import { DirectorLog } from './history/director-log'
import { SharedClock } from './history/shared-clock'
import { makeReport } from './report'
import { timesOf } from './worker/times'
import { makeWorkload } from './workload/workload'

const DRAIN_MS = 45_000
/** So long after its last call a process has ended. */
const END_MS = 5000
const AUDIT_MS = 20_000
const PROGRESS_MS = 500

export const DURATION_MS = 18_000
export const LEASE_MS = 400

/** What is done in a run, and what must come of it. */
export interface Play {
  /** The program of its processes. */
  readonly worker: URL
  /** Which requests may lose their reply. */
  readonly losable: Matching
  /** How much longer it may take until every caller has its answer. @defaultValue 0 */
  readonly patienceMs?: number
  readonly check: (facts: RunFacts) => Promise<Finding> | Finding
}

/**
 * Lets processes share keys on a real server while they are killed, stopped, cut off and slowed down and the server is
 * restarted or replaced, and checks what all of them saw. Whatever it starts ends with it, also when it is killed itself.
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
  const { server, seed, processes = 6, keys = 40, duplicates = 25, onProgress, signal } = options
  const { durationMs = DURATION_MS, leaseMs = LEASE_MS, drainMs = DRAIN_MS } = options
  const workload = { seed, keys, duplicates, processes, leaseMs, durationMs }
  const wanted = { ...DEFAULT_FAULTS, ...options.faults }
  const faults = planFaults(wanted, workload)
  const log = new DirectorLog(clock)
  const { losable } = play
  const patienceMs = drainMs + (play.patienceMs ?? 0)
  const fleet = new Fleet(
    {
      workload,
      origin: clock.origin,
      workerFile,
      urls: network.urls,
      patienceMs,
      signal,
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
    const stage = { fleet, server, network, losable, log, clock, seed, leaseMs, done, beganAt, signal }
    await inflict(faults, stage)
    await sleep(Math.max(0, beganAt + durationMs - clock.now()), undefined, { signal })
    phase = 'drain'
    fleet.dismiss()
    const unfinished = await fleet.drained(patienceMs + END_MS)
    await fleet.close()
    phase = 'audit'
    fleet.startAuditor(server.url)
    fleet.dismiss()
    unfinished.push(...(await fleet.drained(AUDIT_MS + (play.patienceMs ?? 0))))
    await fleet.close()

    // Faults first: the rules look for them often, and mostly find one at once.
    const events = [...log.events, ...fleet.events]
    const waitMs = timesOf(leaseMs).waitTimeout
    const facts = { events, workload: makeWorkload(workload), leaseMs, waitMs, unfinished }
    const elapsedMs = clock.now()
    return makeReport({ seed, elapsedMs, histories: keys }, events, done, await play.check(facts))
  } finally {
    clearInterval(progress)
    await fleet.close()
  }
}
