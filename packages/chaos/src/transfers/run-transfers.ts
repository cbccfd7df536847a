import type { ChaosOptions, ChaosReport } from '../chaos-options'
import { NO_LOSSES } from '../check/losses'
import { SharedClock } from '../history/shared-clock'
import { runPlay } from '../run-play'
import type { BankTarget } from '../targets/target'
import { bankOf } from './bank'
import { checkTransfers } from './check-transfers'

/** Many short pieces of work: there is always one that can be hit. */
const SIZE = { keys: 200, duplicates: 6 }

export interface TransferOptions extends ChaosOptions {
  readonly target: BankTarget
}

/**
 * Lets processes move money between the accounts of a bank, with the same faults as `runChaos`, and checks the books. Where
 * a reply is lost, it is the reply to a commit.
 */
export async function runTransfers(options: TransferOptions): Promise<ChaosReport> {
  const { server, target, seed } = options
  const { worker, isCommit, open, read, keptMs, size } = target.bank
  const clock = new SharedClock()
  const name = bankOf(clock.origin)
  await open(server.url, name)
  return runPlay(
    { ...SIZE, ...size, ...options },
    {
      worker,
      losable: isCommit,
      patienceMs: (await keptMs?.(server.url)) ?? 0,
      check: async (facts) => {
        const books = await read(server.url, name)
        return { violations: checkTransfers({ ...facts, seed, books }), losses: NO_LOSSES }
      },
    },
    clock,
  )
}
