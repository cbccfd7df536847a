import { StoreError, type TransactionOutcome, type TransactionRequest } from '@idem/core'
import { type ClaimRow, claimOutcome } from '../claim-outcome'
import { ask, type Connection } from '../connection'
import { keepingTimes } from '../durations'
import { escapeOptional, escapeText } from '../escaped-text'
import type { Place, PostgresClient } from '../options'
import { isConflict, postgresFailure } from '../postgres-failure'
import { type TransactionStatements, transactionStatements } from '../statements/statements'
import { CommitUnanswered, inTransaction, type Work } from './open-transaction'

/** How often a transaction that conflicts with others is run in all. */
const RUNS = 30
const LONGEST_PAUSE_MS = 200

/** How often it is asked whether a transaction has committed, and how long to wait before asking again. */
const LOOKUPS = 60
const LOOKUP_PAUSE_MS = 500

/** What {@link TransactionStatements.begin} tells. */
type BeginRow = Omit<ClaimRow, 'outcome'> & {
  readonly outcome: ClaimRow['outcome'] | 'busy'
  readonly found_fence: unknown
}

/** Somebody claimed the key, though it was claimed by a transaction: by `run`, say. That one's outcome is the key's. */
class Overtaken extends Error {}

/** Runs transactions that the claim, the caller's writes and the answer share: see `Transact` of the contract. */
export class Transactor<Tx> {
  readonly #connection: Connection
  readonly #place: Place
  readonly #statements: TransactionStatements

  constructor(connection: Connection, place: Place) {
    this.#connection = connection
    this.#place = place
    this.#statements = transactionStatements(place.names)
  }

  async transact(request: TransactionRequest<Tx>): Promise<TransactionOutcome> {
    if (request.tx !== undefined) return this.#join(request, request.tx as PostgresClient)
    for (let run = 1; ; run++) {
      const attempt = new Attempt(request, this.#statements, this.#place.prepare)
      try {
        return await inTransaction(this.#connection.client, this.#place.isolation, (tx) => attempt.on(tx))
      } catch (error) {
        if (error instanceof CommitUnanswered) return this.#lookUp(attempt, error)
        const isBodys = attempt.threw(error)
        if ((error instanceof Overtaken || isConflict(error)) && run < RUNS) {
          await pause(Math.random() * Math.min(2 ** run, LONGEST_PAUSE_MS))
          continue
        }
        if (!isBodys) throw postgresFailure('transact', error)
        await this.#keepFinalFailure(attempt, error)
        throw error
      }
    }
  }

  /** In the caller's transaction: whether and when it ends is the caller's business. */
  async #join(request: TransactionRequest<Tx>, tx: PostgresClient): Promise<TransactionOutcome> {
    const attempt = new Attempt(request, this.#statements, this.#place.prepare)
    try {
      return (await attempt.on(tx)).result
    } catch (error) {
      throw attempt.threw(error) ? error : postgresFailure('transact', error)
    }
  }

  /** What was rolled back leaves its failure behind, unless somebody has claimed the key in between. */
  async #keepFinalFailure(attempt: Attempt<Tx>, error: unknown): Promise<void> {
    const failure = attempt.request.finalFailure(error)
    if (failure === undefined) return
    const values = attempt.settling('failed', undefined, failure)
    await this.#connection.tells('keep a failure', this.#statements.settle, values)
  }

  /** On another connection, until somebody answers. */
  async #lookUp({ request, granted }: Attempt<Tx>, { cause }: CommitUnanswered): Promise<TransactionOutcome> {
    const values = [escapeText(request.key), escapeText(request.owner)]
    for (let asked = 1; asked <= LOOKUPS; asked++) {
      const committed = await this.#connection
        .tells('look up a transaction', this.#statements.committed, values)
        .catch(() => undefined)
      if (committed === true) return { type: 'committed', ...granted }
      if (committed === false) throw postgresFailure('commit', cause)
      await pause(LOOKUP_PAUSE_MS)
    }
    throw new StoreError('PostgreSQL did not answer COMMIT, nor whether it has committed', { cause })
  }
}

/** One transaction, from its claim to its answer. */
class Attempt<Tx> {
  readonly request: TransactionRequest<Tx>
  readonly #prepare: boolean
  readonly #statements: TransactionStatements
  granted: { readonly attempt: number; readonly fence: number } = { attempt: 1, fence: 0 }
  #foundFence: unknown = null
  #thrown: { readonly error: unknown } | undefined

  constructor(request: TransactionRequest<Tx>, statements: TransactionStatements, prepare: boolean) {
    this.request = request
    this.#statements = statements
    this.#prepare = prepare
  }

  /** Whether it was the body that threw this. */
  threw(error: unknown): boolean {
    return this.#thrown !== undefined && this.#thrown.error === error
  }

  async on(tx: PostgresClient): Promise<Work<TransactionOutcome>> {
    const { key, fingerprint, waitedFor } = this.request
    const claim = [escapeText(key), escapeOptional(fingerprint), waitedFor ?? null]
    const [row] = (await ask<BeginRow>(tx, this.#prepare, this.#statements.begin, claim)) as [BeginRow]
    if (row.outcome !== 'acquired') return { commit: false, result: refusal(row) }
    this.granted = { attempt: row.attempt, fence: Number(row.fence) }
    this.#foundFence = row.found_fence
    const { value } = await this.#run(tx as Tx)
    const settling = this.settling('succeeded', value, undefined)
    const [settled] = await ask<{ done: boolean }>(tx, this.#prepare, this.#statements.settle, settling)
    if (settled?.done !== true) throw new Overtaken(`${key} was claimed by somebody else`)
    return { commit: true, result: { type: 'committed', ...this.granted } }
  }

  settling(state: 'succeeded' | 'failed', value: string | undefined, failure: string | undefined): unknown[] {
    const { key, owner, fingerprint } = this.request
    const { attempt, fence } = this.granted
    return [
      ...[escapeText(key), escapeText(owner), escapeOptional(fingerprint), attempt, fence, this.#foundFence],
      ...[state, escapeOptional(value), escapeOptional(failure), ...keepingTimes(this.request)],
    ]
  }

  async #run(tx: Tx): Promise<{ readonly value?: string | undefined }> {
    try {
      return await this.request.run({ tx, ...this.granted })
    } catch (error) {
      this.#thrown = { error }
      throw error
    }
  }
}

/** Why the key could not be claimed. */
function refusal(row: BeginRow): TransactionOutcome {
  const { outcome, attempt, fence } = row
  if (outcome === 'busy')
    return fence === null ? { type: 'busy' } : { type: 'busy', attempt, fence: Number(fence) }
  return claimOutcome({ ...row, outcome }) as Exclude<TransactionOutcome, { type: 'committed' | 'busy' }>
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
