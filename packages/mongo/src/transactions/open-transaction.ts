import type { ClientSession, MongoClient, TransactionOptions } from 'mongodb'
import { isLabelled } from '../mongo-failure'
import type { Place } from '../options'
import { Unanswered, withinLimit } from '../within-limit'

/** For how long, and after what pauses, a commit is sent again of which nobody knows what became of it. */
const COMMIT_FOR_MS = 30_000
const COMMIT_PAUSE_MS = 250

/** The commit failed. The transaction may have been committed all the same, by an earlier sending of it. */
export class CommitFailed extends Error {}

/** What a transaction came to, and whether it is to be committed. */
export interface Work<Result> {
  readonly commit: boolean
  readonly result: Result
}

/**
 * Opens a transaction in a session of its own, lets `run` do its work in it, and commits, or aborts where that says so or
 * throws. What `run` throws is thrown on. The session is given back before anything is told.
 *
 * @throws CommitFailed
 */
export async function inTransaction<Result>(
  client: MongoClient,
  place: Place,
  options: TransactionOptions,
  run: (session: ClientSession) => Promise<Work<Result>>,
): Promise<Result> {
  const session = client.startSession()
  try {
    session.startTransaction(options)
    const { commit, result } = await run(session)
    if (commit) await commitOf(session, place)
    return result
  } finally {
    // Aborts what was not committed. Where that fails, the server does so by itself.
    await withinLimit(place, () => session.endSession()).catch(() => {})
  }
}

/** A commit may be sent as often as one likes: the server remembers what became of the transaction. */
async function commitOf(session: ClientSession, place: Place): Promise<void> {
  for (const until = performance.now() + COMMIT_FOR_MS; ; ) {
    try {
      await withinLimit(place, () => session.commitTransaction())
      return
    } catch (cause) {
      // One that is not answered in time may be yet: then the record tells.
      const isOver = cause instanceof Unanswered || !isUnknown(cause)
      if (isOver || performance.now() > until) throw new CommitFailed('the commit failed', { cause })
      await pause(COMMIT_PAUSE_MS)
    }
  }
}

/** Whether nobody knows what became of the commit that failed so. */
export function isUnknown(cause: unknown): boolean {
  return cause instanceof Unanswered || isLabelled(cause, 'UnknownTransactionCommitResult')
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
