import { StoreError, type TransactionOutcome, type TransactionRequest } from '@idem/core'
import { type ClaimRow, claimOutcome, readClaim } from '../claim-outcome'
import type { Connection } from '../connection'
import { keepingTimes } from '../durations'
import { escapeOptional, escapeText, splitTexts } from '../escaped-text'
import type { Place, PostgresClient } from '../options'
import { isConflict, postgresFailure } from '../postgres-failure'
import { type TransactionStatements, transactionStatements } from '../statements/statements'
import { CommitUnanswered, inTransaction, joinedTransaction, type Transaction } from './open-transaction'

/** How often a transaction that conflicts with others is run in all. */
const RUNS = 30
const LONGEST_PAUSE_MS = 200

/** How long it is asked whether a transaction has committed, and how long to wait before asking again. */
const LOOKUP_MS = 30_000
const LOOKUP_PAUSE_MS = 500

/** What {@link TransactionStatements.begin} tells, and at its end the fence of the attempt before, and the transaction. */
type BeginRow = Omit<ClaimRow, 'outcome'> & { readonly outcome: ClaimRow['outcome'] | 'busy' }
const FOUND_FENCE = 9
const TRANSACTION = 10

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
      const attempt = new Attempt(request, this.#statements)
      try {
        return await inTransaction(this.#connection.client, this.#place, (transaction) =>
          attempt.in(transaction),
        )
      } catch (error) {
        if (error instanceof CommitUnanswered) return this.#lookUp(attempt, error)
        const isBodys = attempt.threw(error)
        if (isConflict(error) && run < RUNS) {
          await pause(Math.random() * Math.min(2 ** run, LONGEST_PAUSE_MS))
          continue
        }
        if (!isBodys) throw postgresFailure('transact', error)
        // Where it cannot be kept the key is free, as after a failure that may be retried.
        await this.#keepFinalFailure(attempt, error).catch(() => {})
        throw error
      }
    }
  }

  /** In the caller's transaction: whether and when it ends is the caller's business. */
  async #join(request: TransactionRequest<Tx>, tx: PostgresClient): Promise<TransactionOutcome> {
    const attempt = new Attempt(request, this.#statements)
    try {
      return await attempt.in(joinedTransaction(tx, this.#place))
    } catch (error) {
      throw attempt.threw(error) ? error : postgresFailure('transact', error)
    }
  }

  /** What was rolled back leaves its failure behind, unless somebody has claimed the key in between. */
  async #keepFinalFailure(attempt: Attempt<Tx>, error: unknown): Promise<void> {
    const failure = await attempt.request.finalFailure(error)
    if (failure === undefined) return
    const values = attempt.settling(null, 'failed', undefined, failure)
    await this.#connection.tells('keep a failure', this.#statements.settle, values)
  }

  /** On another connection, until somebody answers. */
  async #lookUp({ request, granted }: Attempt<Tx>, { cause }: CommitUnanswered): Promise<TransactionOutcome> {
    const values = [escapeText(request.key), escapeText(request.owner)]
    const ask = () =>
      this.#connection
        .tells('look up a transaction', this.#statements.committed, values)
        .catch(() => undefined)
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(resolve, LOOKUP_MS, 'late')
    })
    try {
      for (;;) {
        const committed = await Promise.race([ask(), late])
        if (committed === true) return { type: 'committed', ...granted }
        if (committed === false) throw postgresFailure('commit', cause)
        if (committed === 'late') break
        await pause(LOOKUP_PAUSE_MS)
      }
    } finally {
      clearTimeout(timer)
    }
    throw new StoreError('PostgreSQL did not answer COMMIT, nor whether it has committed', { cause })
  }
}

/** One transaction, from its claim to its answer. */
class Attempt<Tx> {
  readonly request: TransactionRequest<Tx>
  readonly #statements: TransactionStatements
  granted: { readonly attempt: number; readonly fence: number } = { attempt: 1, fence: 0 }
  #foundFence: string | null = null
  #thrown: { readonly error: unknown } | undefined

  constructor(request: TransactionRequest<Tx>, statements: TransactionStatements) {
    this.request = request
    this.#statements = statements
  }

  /** Whether it was the body that threw this. */
  threw(error: unknown): boolean {
    return this.#thrown !== undefined && this.#thrown.error === error
  }

  async in(transaction: Transaction): Promise<TransactionOutcome> {
    const { key, fingerprint, waitedFor } = this.request
    const claim = [escapeText(key), escapeOptional(fingerprint), waitedFor ?? null]
    const parts = splitTexts(await transaction.begin(this.#statements.begin, claim))
    const row = readClaim(parts) as BeginRow
    if (row.outcome !== 'acquired') return refusal(row)
    this.granted = { attempt: row.attempt, fence: Number(row.fence) }
    this.#foundFence = parts[FOUND_FENCE] ?? null
    const began = parts[TRANSACTION] ?? null
    const { value } = await this.#run(transaction.client as Tx)
    await transaction.commit(this.#statements.settle, this.settling(began, 'succeeded', value, undefined))
    return { type: 'committed', ...this.granted }
  }

  settling(
    began: string | null,
    state: 'succeeded' | 'failed',
    value: string | undefined,
    failure: string | undefined,
  ): unknown[] {
    const { key, owner, fingerprint } = this.request
    const { attempt, fence } = this.granted
    return [
      ...[escapeText(key), escapeText(owner), escapeOptional(fingerprint), attempt, fence, this.#foundFence],
      ...[began, state, escapeOptional(value), escapeOptional(failure), ...keepingTimes(this.request)],
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
    return fence === undefined ? { type: 'busy' } : { type: 'busy', attempt, fence: Number(fence) }
  return claimOutcome({ ...row, outcome }) as Exclude<TransactionOutcome, { type: 'committed' | 'busy' }>
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
