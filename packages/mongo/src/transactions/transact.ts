import { StoreError, type TransactionOutcome, type TransactionRequest } from '@idem/core'
import type { ClientSession, Collection, Db, TransactionOptions } from 'mongodb'
import type { Claims } from '../claims'
import { upsert, writeConcern } from '../connection'
import { escapeText } from '../escaped-text'
import { isLabelled, mongoFailure } from '../mongo-failure'
import type { Place } from '../options'
import { PATIENCE_MS } from '../patience'
import type { RecordDocument } from '../record-document'
import { withinLimit } from '../within-limit'
import { AS_ATTEMPT, Attempt } from './attempt'
import { finalFailureUpdate } from './final-failure-update'
import { Holding } from './holding'
import { CommitFailed, inTransaction, isUnknown, pause } from './open-transaction'

/** How often a transaction that conflicts with others is run in all. */
const RUNS = 30
const LONGEST_PAUSE_MS = 200

/** How often it is asked whether a transaction has committed, and how long to wait before asking again. */
const LOOKUPS = 20
const LOOKUP_PAUSE_MS = 500

/** Runs transactions that the claim, the caller's writes and the answer share: see `Transact` of the contract. */
export class Transactor {
  readonly #db: Db
  readonly #records: Collection<RecordDocument>
  readonly #claims: Claims
  readonly #place: Place
  readonly #options: TransactionOptions
  readonly #holding: Holding

  constructor(db: Db, records: Collection<RecordDocument>, claims: Claims, place: Place) {
    this.#db = db
    this.#records = records
    this.#claims = claims
    this.#place = place
    this.#holding = new Holding(db.client, records.namespace)
    this.#options = {
      readConcern: { level: 'snapshot' },
      readPreference: 'primary',
      writeConcern: writeConcern(place),
    }
  }

  async transact(request: TransactionRequest<ClientSession>): Promise<TransactionOutcome> {
    if (request.tx !== undefined) return this.#join(request, request.tx)
    const asked = this.#holding.asked(request.key)
    if (asked !== undefined && (await asked)) return { type: 'busy' }
    for (let run = 1; ; run++) {
      const attempt = new Attempt(request, this.#records, this.#claims, this.#place)
      try {
        return await this.#attempt(attempt)
      } catch (error) {
        if (error instanceof CommitFailed && (await this.#hasCommitted(request, error))) {
          return { type: 'committed', ...attempt.granted }
        }
        if (isLabelled(error, 'TransientTransactionError') && run < RUNS) {
          await pause(Math.random() * Math.min(2 ** run, LONGEST_PAUSE_MS))
          continue
        }
        if (!attempt.threw(error)) throw mongoFailure('transact', error)
        // Where it cannot be kept the key is free, as after a failure that may be retried.
        await this.#keepFinalFailure(attempt, error).catch(() => {})
        throw error
      }
    }
  }

  async #attempt(attempt: Attempt): Promise<TransactionOutcome> {
    const turn = this.#holding.take(attempt.request.key)
    try {
      return await inTransaction(this.#db.client, this.#place, this.#options, (session) =>
        attempt.on(session, (isBusy) => turn?.tell(isBusy)),
      )
    } finally {
      turn?.end()
    }
  }

  /** In the caller's transaction: whether and when it ends is the caller's business. */
  async #join(
    request: TransactionRequest<ClientSession>,
    session: ClientSession,
  ): Promise<TransactionOutcome> {
    if (!session.inTransaction()) throw new TypeError('tx must be a session with an open transaction')
    const attempt = new Attempt(request, this.#records, this.#claims, this.#place)
    try {
      return (await attempt.on(session)).result
    } catch (error) {
      throw attempt.threw(error) ? error : mongoFailure('transact', error)
    }
  }

  /** What was rolled back leaves its failure behind, unless somebody has claimed the key in between, in a transaction perhaps. */
  async #keepFinalFailure({ request, granted }: Attempt, error: unknown): Promise<void> {
    const failure = await request.finalFailure(error)
    if (failure === undefined) return
    const update = finalFailureUpdate(
      { ...request, ...AS_ATTEMPT },
      { ...request, kind: 'final', failure },
      granted,
    )
    const filter = { _id: escapeText(request.key) }
    const keeping = { upsert: true, maxTimeMS: PATIENCE_MS }
    await upsert('keep a failure', this.#place, (limited) =>
      this.#records.updateOne(filter, update, { ...keeping, ...limited }),
    )
  }

  /**
   * The server's last word was that there is no such transaction, or none at all. If there is its record, it was committed
   * before. That is read from what is certainly the primary.
   */
  async #hasCommitted(
    { key, owner }: TransactionRequest<ClientSession>,
    { cause }: CommitFailed,
  ): Promise<boolean> {
    const filter = { _id: escapeText(key), owner: escapeText(owner) }
    const certainly = { readConcern: { level: 'linearizable' }, maxTimeMS: 5000 } as const
    for (let asked = 1; asked <= LOOKUPS; asked++) {
      const looking = withinLimit(this.#place, (limited) =>
        this.#records.findOne(filter, { ...certainly, ...limited }),
      )
      const found = await looking.catch(() => undefined)
      if (found) return true
      const isEnded = !isUnknown(cause)
      if (found === null && isEnded) return false
      await pause(LOOKUP_PAUSE_MS)
    }
    throw new StoreError('MongoDB did not answer the commit, nor whether it has committed', { cause })
  }
}
