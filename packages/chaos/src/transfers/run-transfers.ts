import type { ChaosReport, PlayOptions } from '../chaos-options'
import { SharedClock } from '../history/shared-clock'
import { runPlay } from '../run-play'
import { bankOf, openBooks, readBooks } from './books'
import { checkTransfers } from './check-transfers'

/** Many short pieces of work: there is always one that can be hit. */
const SIZE = { keys: 200, duplicates: 6 }
const WORKER = new URL('transfer-worker.ts', import.meta.url)

/**
 * Lets processes move money between the accounts of a bank on PostgreSQL, with the same faults as `runChaos`, and checks
 * the books. Where a reply is lost, it is the reply to COMMIT.
 */
export async function runTransfers(options: PlayOptions, worker: URL = WORKER): Promise<ChaosReport> {
  const { url } = options.server
  const clock = new SharedClock()
  const bank = bankOf(clock.origin)
  await openBooks(url, bank)
  return runPlay(
    { ...SIZE, ...options },
    {
      worker,
      losable: isCommit,
      check: async (facts) =>
        checkTransfers({ ...facts, seed: options.seed, books: await readBooks(url, bank) }),
    },
    clock,
  )
}

/** As the protocol has it: `Q`, the length, the statement and its end, and nothing beside it. */
export function isCommit(request: Buffer): boolean {
  return request.length === 12 && request.toString('latin1', 0, 1) === 'Q' && request.includes('COMMIT\0')
}
