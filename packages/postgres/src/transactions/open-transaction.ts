import { ask, type Statement } from '../connection'
import { inTurn } from '../in-turn'
import type { Place, PostgresClient } from '../options'
import { isPool, type Pool } from '../pool'
import { sqlState } from '../postgres-failure'
import { canPipeline, NotSent, pipeline, type Step } from './pipeline'

/** Nobody knows whether the transaction has committed: its connection was lost before the answer came. */
export class CommitUnanswered extends Error {}

/** A transaction, from its first statement to its last. */
export interface Transaction {
  /** What the statements in between are sent to. */
  readonly client: PostgresClient
  /** Opens it with its first statement, which answers with one text. */
  begin(statement: Statement, values: readonly unknown[]): Promise<string>
  /** Commits it with its last statement, which throws where there is to be no commit. @throws CommitUnanswered */
  commit(statement: Statement, values: readonly unknown[]): Promise<void>
}

/** What is asked of PGlite, which has one connection and hands it to one transaction at a time. */
interface Embedded {
  transaction<Result>(run: (tx: EmbeddedTransaction) => Promise<Result>): Promise<Result>
}

interface EmbeddedTransaction extends PostgresClient {
  rollback(): Promise<void>
}

/**
 * Lets `run` do its work in a transaction of its own, which is rolled back unless it was committed. What `run` throws is
 * thrown on.
 *
 * @throws TypeError if the client can open none: a single connection is everybody's
 */
export async function inTransaction<Result>(
  client: PostgresClient,
  place: Place,
  run: (transaction: Transaction) => Promise<Result>,
): Promise<Result> {
  if (isPool(client)) return inPooled(client, place, run)
  if (isEmbedded(client)) return inEmbedded(client, place, run)
  throw new TypeError(
    'a transaction needs a Pool of pg, or a PGlite, or one that is open (tx): a Client may be in use',
  )
}

interface Reply {
  readonly reply: string
}

/** One that somebody else has opened, and will end. */
export function joinedTransaction(client: PostgresClient, { prepare }: Place): Transaction {
  const send = (statement: Statement, values: readonly unknown[]) =>
    inTurn(client, () => ask<Reply>(client, prepare, statement, values))
  return {
    client,
    async begin(statement, values) {
      const [row] = await send(statement, values)
      return (row as Reply).reply
    },
    async commit(statement, values) {
      await send(statement, values)
    },
  }
}

const BEGIN = { text: 'BEGIN', name: 'idem_begin' }
const COMMIT = { text: 'COMMIT', name: 'idem_commit' }

async function inPooled<Result>(
  pool: Pool,
  { isolation, prepare }: Place,
  run: (transaction: Transaction) => Promise<Result>,
): Promise<Result> {
  const connection = await pool.connect()
  // A connection that is lost between two statements says so, and nobody else listens.
  let lost: { readonly error: unknown } | undefined
  const note = (error: unknown): void => {
    lost ??= { error }
  }
  connection.on('error', note)
  const opening = isolation
    ? { text: `BEGIN ISOLATION LEVEL ${isolation}`, name: `idem_begin_${isolation.replace(' ', '_')}` }
    : BEGIN
  // A transaction that nobody has begun is rolled back without harm.
  let isOpen = true
  let isKnown = true
  try {
    return await run({
      client: connection,
      begin: (statement, values) => send(connection, prepare, [opening, { ...statement, values }]),
      async commit(statement, values) {
        if (lost !== undefined) throw lost.error
        try {
          await send(connection, prepare, [{ ...statement, values }, COMMIT])
          isOpen = false
        } catch (error) {
          isKnown = !isUnanswered(error)
          throw isKnown ? error : new CommitUnanswered('', { cause: error })
        }
      },
    })
  } finally {
    // Where it cannot be rolled back the connection is lost, and with it the transaction.
    const isClean = !isOpen || (isKnown && (await rolledBack(connection)))
    connection.off('error', note)
    connection.release(!isClean)
  }
}

/** @returns what the one among them answers that answers anything */
async function send(client: PostgresClient, prepare: boolean, steps: readonly Step[]): Promise<string> {
  try {
    if (canPipeline(client)) return (await pipeline(client, prepare, steps)) as string
  } catch (error) {
    if (!(error instanceof NotSent)) throw error
  }
  let answer = ''
  for (const step of steps) {
    const [row] = await ask<Reply>(client, prepare, step, step.values ?? [])
    if (row !== undefined) answer = row.reply
  }
  return answer
}

/** Of a connection that was lost, or a server that goes down, nobody knows when it was so. */
function isUnanswered(error: unknown): boolean {
  const state = sqlState(error)
  return state === undefined || /^(08|57|58|XX)/.test(state)
}

function rolledBack(connection: PostgresClient): Promise<boolean> {
  return connection.query('ROLLBACK').then(
    () => true,
    () => false,
  )
}

function inEmbedded<Result>(
  database: Embedded,
  place: Place,
  run: (transaction: Transaction) => Promise<Result>,
): Promise<Result> {
  return database.transaction(async (tx) => {
    if (place.isolation) await tx.query(`SET TRANSACTION ISOLATION LEVEL ${place.isolation}`)
    const joined = joinedTransaction(tx, place)
    let isOpen = true
    const result = await run({
      ...joined,
      async commit(statement, values) {
        await joined.commit(statement, values)
        isOpen = false
      },
    })
    if (isOpen) await tx.rollback()
    return result
  })
}

function isEmbedded(client: unknown): client is Embedded {
  return typeof (client as Embedded).transaction === 'function'
}
