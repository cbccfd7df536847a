import type { ChaosProgress, ChaosReport, PlayOptions } from './chaos-options'
import { addReports } from './report'
import { runChaos } from './run-chaos'
import { DURATION_MS, LEASE_MS } from './run-play'
import type { Settings } from './settings'
import type { PairServer, RunServer } from './targets/target'
import { runTransfers } from './transfers/run-transfers'

/** Where the rounds have got to. */
export interface RoundsProgress extends ChaosProgress {
  /** From 1. */
  readonly round: number
  /** How much of all that is to be done is done, from 0 to 1. */
  readonly share: number
  /** The rounds that came to their end; none in the first. */
  readonly total: ChaosReport | undefined
}

export interface RoundsOptions {
  readonly onProgress: (progress: RoundsProgress) => void
  /** Told of each round when it has come to its end. */
  readonly onRound: (round: number, report: ChaosReport) => void
  /** Ends the round that is under way, which does not count, and all servers. */
  readonly signal: AbortSignal
  /** @defaultValue `playRound` */
  readonly play?: typeof playRound
}

export interface RoundsReport {
  readonly rounds: number
  /** None, if no round came to its end. */
  readonly total: ChaosReport | undefined
  /** Which faults there were none of, and why. */
  readonly leftOut: readonly string[]
}

/** A round takes some so long: what is shown of the progress of a count of rounds is made of it. */
const ROUND_MS = 22_000

/** Plays rounds, on one server or another in turn, until the minutes are over or there are enough. */
export async function runRounds(settings: Settings, options: RoundsOptions): Promise<RoundsReport> {
  const { target, seed, rounds, minutes, slow } = settings
  const { onProgress, onRound, signal, play = playRound } = options
  const servers: RunServer[] = []
  try {
    for (const replication of settings.replication) {
      const server = await startServer(settings, replication)
      servers.push(server)
    }
    const [server] = servers as [RunServer]
    const leftOut: string[] = []
    if ('notKilled' in server) leftOut.push(`server restarts: ${server.notKilled}`)
    if ('none' in target.pairs) leftOut.push(`failovers: ${target.pairs.none}`)

    const beganAt = performance.now()
    const shareOf = (done: number, elapsedMs: number) =>
      rounds === undefined
        ? (performance.now() - beganAt) / (minutes * 60_000)
        : (done + Math.min(elapsedMs / (ROUND_MS * slow), 1)) / rounds
    let total: ChaosReport | undefined
    let done = 0
    while (!signal.aborted && shareOf(done, 0) < 1) {
      const tell = (progress: ChaosProgress) => {
        onProgress({
          ...progress,
          round: done + 1,
          total,
          share: Math.min(shareOf(done, progress.elapsedMs), 1),
        })
      }
      const nth = done % servers.length
      const own = { server: servers[nth] as RunServer, seed: seed + done, onProgress: tell, signal }
      try {
        const report = await play(settings, settings.replication[nth] === 'sync', own)
        done++
        total = total ? addReports(total, report) : report
        onRound(done, report)
      } catch (error) {
        // Whatever an interrupted round says on its way out is no news.
        if (!signal.aborted) throw error
      }
    }
    return { rounds: done, total, leftOut }
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
  }
}

/** A round of calls, or of transfers. */
export function playRound(
  { target, bank, faults, slow }: Settings,
  syncWrites: boolean,
  options: PlayOptions,
): Promise<ChaosReport> {
  const play = { ...options, faults, durationMs: DURATION_MS * slow, leaseMs: LEASE_MS * slow }
  return bank ? runTransfers({ ...play, target: bank }) : runChaos({ ...play, target, syncWrites })
}

/** @throws TypeError where there is none, that says why */
async function startServer(
  { target }: Settings,
  replication: Settings['replication'][number],
): Promise<RunServer | PairServer> {
  const { pairs, name, start } = target
  const server = replication === 'none' || 'none' in pairs ? await start() : await pairs.start(replication)
  if ('reason' in server) throw new TypeError(`no ${name} for chaos:\n${server.reason}`)
  return server
}
