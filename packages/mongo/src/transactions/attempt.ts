import { type ClaimOutcome, StoreError, type TransactionOutcome, type TransactionRequest } from '@idem/core'
import type { ClientSession, Collection } from 'mongodb'
import type { Claims } from '../claims'
import { held } from '../filters'
import { isConflict, isDuplicate } from '../mongo-failure'
import type { Place } from '../options'
import type { RecordDocument } from '../record-document'
import { succeeded } from '../settle-update'
import { withinLimit } from '../within-limit'
import type { Work } from './open-transaction'

/** What a transaction claims. Its lease is nobody's to see: the record is visible when it has succeeded, or not at all. */
export const AS_ATTEMPT = {
  leaseMs: 60_000,
  keepMs: Number.POSITIVE_INFINITY,
  maxAttempts: Number.POSITIVE_INFINITY,
  onAbandoned: 'takeover',
} as const

interface Claimed {
  readonly outcome: ClaimOutcome | { readonly type: 'busy' }
  /** Then the server has aborted the transaction. */
  readonly isConflict: boolean
}

/** One transaction, from its claim to its answer. */
export class Attempt {
  readonly request: TransactionRequest<ClientSession>
  readonly #records: Collection<RecordDocument>
  readonly #claims: Claims
  readonly #place: Place
  granted = { attempt: 1, fence: 0 }
  #thrown: { readonly error: unknown } | undefined

  constructor(
    request: TransactionRequest<ClientSession>,
    records: Collection<RecordDocument>,
    claims: Claims,
    place: Place,
  ) {
    this.request = request
    this.#records = records
    this.#claims = claims
    this.#place = place
  }

  /** Whether it was the body that threw this. */
  threw(error: unknown): boolean {
    return this.#thrown !== undefined && this.#thrown.error === error
  }

  /** `onClaimed` is told whether the key is somebody's now, its own perhaps. */
  async on(
    session: ClientSession,
    onClaimed = (_isBusy: boolean): void => {},
  ): Promise<Work<TransactionOutcome>> {
    const { key, owner } = this.request
    const { outcome, isConflict } = await this.#claim(session)
    onClaimed(outcome.type === 'acquired' || outcome.type === 'busy' || outcome.type === 'running')
    if (outcome.type === 'busy') return { commit: false, result: outcome }
    if (outcome.type === 'running') return { commit: false, result: { ...outcome, type: 'busy' } }
    // Once that is committed, what was read in the transaction is what a majority has.
    if (outcome.type !== 'acquired') return { commit: !isConflict, result: outcome }
    this.granted = { attempt: outcome.attempt, fence: outcome.fence }
    const { value } = await this.#run(session)
    const update = [{ $set: succeeded({ ...this.request, value }) }]
    const { matchedCount } = await withinLimit(this.#place, (limited) =>
      this.#records.updateOne(held({ key, owner }), update, { session, ...limited }),
    )
    if (matchedCount === 0) throw new StoreError(`the record of ${key} was removed in its own transaction`)
    return { commit: true, result: { type: 'committed', ...this.granted } }
  }

  /**
   * Whoever else has written the record in a transaction that is still open has the key. It may be that it had, and has
   * committed since this one began: then there is an answer.
   */
  async #claim(session: ClientSession): Promise<Claimed> {
    const { key, owner, fingerprint, waitedFor } = this.request
    const claim = { key, owner, fingerprint, waitedFor, ...AS_ATTEMPT }
    try {
      return { outcome: await this.#claims.claim(claim, session), isConflict: false }
    } catch (error) {
      if (!isConflict(error) && !isDuplicate(error)) throw error
      return { outcome: (await this.#claims.look(claim)) ?? { type: 'busy' }, isConflict: true }
    }
  }

  async #run(tx: ClientSession): Promise<{ readonly value?: string | undefined }> {
    try {
      return await this.request.run({ tx, ...this.granted })
    } catch (error) {
      this.#thrown = { error }
      throw error
    }
  }
}
