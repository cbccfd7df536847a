import type { ChaosOptions, ChaosReport } from './chaos-options'
import { checkHistory } from './check/check-history'
import { runPlay } from './run-play'

/** Lets processes share the keys of a store, and checks that each has kept every promise. */
export function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { target, syncWrites = false } = options
  const syncWorker = 'start' in target.pairs ? target.pairs.syncWorker : undefined
  const worker = (syncWrites ? syncWorker : undefined) ?? target.worker
  return runPlay(options, { worker, losable: 'key-', check: checkHistory })
}
