import type { Acquired, Store } from '../../src/contracts/store'
import type {
  TransactionalStore,
  TransactionOutcome,
  TransactionRequest,
} from '../../src/contracts/transactional-store'
import { transactions } from '../../src/engine/transactions'
import { FaultyStore } from './faulty-store'

const LEASE_MS = 3_600_000

/** What the database throws at a transaction that it wants repeated. */
export class Conflict extends Error {}

/** An open transaction on accounts: its reads see what was committed, its writes are seen when it commits. */
export class AccountTransaction {
  readonly #store: AccountStore
  readonly #versions = new Map<string, number>()
  readonly #writes = new Map<string, number>()
  readonly #ends: ((committed: boolean) => Promise<unknown>)[] = []
  /** Answers that become known when it commits. */
  readonly answers = new Map<string, { readonly attempt: number; readonly value?: string | undefined }>()

  constructor(store: AccountStore) {
    this.#store = store
  }

  balance(account: string): number {
    const { balance, version } = this.#store.accounts.get(account) ?? { balance: 0, version: 0 }
    if (!this.#versions.has(account)) this.#versions.set(account, version)
    return this.#writes.get(account) ?? balance
  }

  add(account: string, amount: number): void {
    this.#writes.set(account, this.balance(account) + amount)
  }

  onEnd(end: (committed: boolean) => Promise<unknown>): void {
    this.#ends.push(end)
  }

  /** @throws Conflict if an account that it read has changed since */
  async commit(): Promise<void> {
    const { accounts } = this.#store
    for (const [account, version] of this.#versions) {
      if ((accounts.get(account)?.version ?? 0) !== version) throw new Conflict(account)
    }
    for (const [account, balance] of this.#writes) {
      accounts.set(account, { balance, version: (accounts.get(account)?.version ?? 0) + 1 })
    }
    await Promise.all(this.#ends.map((end) => end(true)))
  }

  async rollback(): Promise<void> {
    await Promise.all(this.#ends.map((end) => end(false)))
  }
}

/** Records and accounts in one database, whose transactions commit both or neither. */
export class AccountStore extends FaultyStore implements TransactionalStore<AccountTransaction> {
  readonly accounts = new Map<string, { readonly balance: number; readonly version: number }>()
  /** What the next ends of transactions throw, in order, be they commits or rollbacks; those after them pass. */
  readonly endFailures: unknown[] = []
  /** How many transactions hold a connection. */
  open = 0
  transacted = 0
  readonly #records: Store
  readonly transactions = transactions<AccountTransaction>((request) => this.#transact(request))

  constructor(records: Store) {
    super(records)
    this.#records = records
  }

  begin(): AccountTransaction {
    return new AccountTransaction(this)
  }

  async #transact(request: TransactionRequest<AccountTransaction>): Promise<TransactionOutcome> {
    this.transacted++
    this.open++
    try {
      return await this.#claimAndRun(request)
    } finally {
      this.open--
    }
  }

  async #claimAndRun(request: TransactionRequest<AccountTransaction>): Promise<TransactionOutcome> {
    const { key, owner, fingerprint, waitedFor, tx } = request
    const pending = tx?.answers.get(key)
    if (pending) {
      const answer = { state: 'succeeded', retryable: false, retentionMs: request.retentionMs } as const
      return { type: 'settled', ...answer, ...pending }
    }
    const claimed = await this.#records.claim({
      key,
      owner,
      fingerprint,
      waitedFor,
      leaseMs: LEASE_MS,
      keepMs: LEASE_MS,
      maxAttempts: Number.POSITIVE_INFINITY,
      onAbandoned: 'takeover',
    })
    if (claimed.type === 'running') return { type: 'busy', attempt: claimed.attempt, fence: claimed.fence }
    if (claimed.type !== 'acquired') return claimed
    return this.#run(request, claimed, () => this.#records.release({ key, owner }))
  }

  async #run(
    request: TransactionRequest<AccountTransaction>,
    { attempt, fence }: Acquired,
    undo: () => Promise<unknown>,
  ): Promise<TransactionOutcome> {
    const { key, owner, retentionMs, tombstoneMs, tx: joined } = request
    for (;;) {
      const tx = joined ?? this.begin()
      let isRunning = true
      try {
        const { value } = await request.run({ tx, attempt, fence })
        isRunning = false
        const completion = { key, owner, value, retentionMs, tombstoneMs }
        tx.onEnd((committed) => (committed ? this.#records.complete(completion) : undo()))
        if (joined) joined.answers.set(key, { attempt, value })
        else {
          this.#failIfTold()
          await tx.commit()
        }
        return { type: 'committed', attempt, fence }
      } catch (error) {
        if (error instanceof Conflict && !joined) continue
        if (isRunning) this.#failIfTold()
        const failure = isRunning && !joined ? await request.finalFailure(error) : undefined
        if (failure === undefined) await undo()
        else await this.#records.fail({ key, owner, kind: 'final', failure, retentionMs, tombstoneMs })
        throw error
      }
    }
  }

  #failIfTold(): void {
    if (this.endFailures.length > 0) throw this.endFailures.shift()
  }
}
