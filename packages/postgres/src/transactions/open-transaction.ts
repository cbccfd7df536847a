import type { Isolation, PostgresClient } from '../options'
import { sqlState } from '../postgres-failure'

/** Nobody knows whether the transaction has committed: its connection was lost before the answer came. */
export class CommitUnanswered extends Error {}

/** What a transaction came to, and whether it is to be committed. */
export interface Work<Result> {
  readonly commit: boolean
  readonly result: Result
}

/** What is asked of a pool: pg's `Pool` has it. */
interface Pool {
  connect(): Promise<Pooled>
}

interface Pooled extends PostgresClient {
  on(event: 'error', listener: () => void): unknown
  off(event: 'error', listener: () => void): unknown
  release(destroy?: boolean): void
}

/** What is asked of PGlite, which has one connection and hands it to one transaction at a time. */
interface Embedded {
  transaction<Result>(
    run: (tx: PostgresClient & { rollback(): Promise<void> }) => Promise<Result>,
  ): Promise<Result>
}

/**
 * Opens a transaction, lets `run` do its work in it, and commits, or rolls back where that says so or throws. What `run`
 * throws is thrown on.
 *
 * @throws CommitUnanswered
 * @throws TypeError if the client can open none: a single connection is everybody's
 */
export async function inTransaction<Result>(
  client: PostgresClient,
  isolation: Isolation | undefined,
  run: (tx: PostgresClient) => Promise<Work<Result>>,
): Promise<Result> {
  if (isPool(client)) return inPooled(client, isolation, run)
  if (isEmbedded(client)) return inEmbedded(client, isolation, run)
  throw new TypeError(
    'a transaction needs a Pool of pg, or a PGlite, or one that is open (tx): a Client may be in use',
  )
}

async function inPooled<Result>(
  pool: Pool,
  isolation: Isolation | undefined,
  run: (tx: PostgresClient) => Promise<Work<Result>>,
): Promise<Result> {
  const connection = await pool.connect()
  let isClean = false
  // A connection that is lost between two statements says so, and nobody else listens: the next statement will fail.
  connection.on('error', ignore)
  try {
    await connection.query(isolation ? `BEGIN ISOLATION LEVEL ${isolation}` : 'BEGIN')
    const { commit, result } = await run(connection)
    if (commit) await commitOn(connection)
    else await connection.query('ROLLBACK')
    isClean = true
    return result
  } catch (error) {
    if (!(error instanceof CommitUnanswered)) {
      // Where it fails the connection is lost, and with it the transaction.
      isClean = await connection.query('ROLLBACK').then(
        () => true,
        () => false,
      )
    }
    throw error
  } finally {
    connection.off('error', ignore)
    connection.release(!isClean)
  }
}

const ignore = (): void => {}

async function commitOn(connection: PostgresClient): Promise<void> {
  const answer = await connection.query('COMMIT').catch((cause: unknown) => {
    // Of a server that goes down, nobody knows when it did so.
    const state = sqlState(cause)
    if (state === undefined || /^(08|57|58|XX)/.test(state)) throw new CommitUnanswered('', { cause })
    throw cause
  })
  const { command } = answer as { readonly command?: string }
  if (command === 'ROLLBACK') throw new Error('the transaction had failed, and was rolled back by COMMIT')
}

function inEmbedded<Result>(
  database: Embedded,
  isolation: Isolation | undefined,
  run: (tx: PostgresClient) => Promise<Work<Result>>,
): Promise<Result> {
  return database.transaction(async (tx) => {
    if (isolation) await tx.query(`SET TRANSACTION ISOLATION LEVEL ${isolation}`)
    const { commit, result } = await run(tx)
    if (!commit) await tx.rollback()
    return result
  })
}

function isPool(client: unknown): client is Pool {
  return typeof (client as Pool).connect === 'function' && 'totalCount' in (client as object)
}

function isEmbedded(client: unknown): client is Embedded {
  return typeof (client as Embedded).transaction === 'function'
}
