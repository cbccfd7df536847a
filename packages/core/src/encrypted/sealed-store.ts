import type {
  Claim,
  ClaimOutcome,
  Completion,
  FailureReport,
  Resolution,
  SavedStep,
  StepResult,
  Store,
  StoredRecord,
} from '../contracts/store'
import type {
  Transact,
  TransactionalStore,
  TransactionDriver,
  TransactionOutcome,
} from '../contracts/transactional-store'
import type { CodecError, Failure } from '../errors'
import type { Place, TextCipher } from './text-cipher'

/** What holds texts of a record, whatever else it is. */
interface Texts {
  readonly value?: string | undefined
  readonly failure?: string | undefined
  readonly steps?: readonly SavedStep[]
}

/** A store in which all texts are encrypted; every decision is that of the store behind it. */
export class SealedStore implements Store {
  readonly #store: Store
  readonly #cipher: TextCipher
  readonly #marked: (reason: string) => string
  readonly watch: Store['watch']
  readonly diagnose: Store['diagnose']
  readonly transactions: TransactionDriver<unknown> | undefined

  /** @param marked - what stands where the text of a value would be that cannot be read, and says why */
  constructor(store: Store, cipher: TextCipher, marked: (reason: string) => string) {
    this.#store = store
    this.#cipher = cipher
    this.#marked = marked
    this.watch = store.watch?.bind(store)
    this.diagnose = store.diagnose?.bind(store)
    const { transactions } = store as Partial<TransactionalStore<unknown>>
    this.transactions =
      transactions &&
      ((flight, body, tx) => transactions(flight, body, tx, (transact) => this.#within(transact)))
  }

  async claim(claim: Claim): Promise<ClaimOutcome> {
    return this.#open(claim.key, await this.#store.claim(claim))
  }

  extend: Store['extend'] = (lease) => this.#store.extend(lease)

  async complete(completion: Completion): Promise<boolean> {
    return this.#store.complete(await this.#sealValue(completion.key, completion))
  }

  async fail(report: FailureReport): Promise<boolean> {
    const failure = await this.#cipher.encrypt(report.failure, { key: report.key, kind: 'failure' })
    return this.#store.fail({ ...report, failure })
  }

  release: Store['release'] = (holder) => this.#store.release(holder)

  async saveStep(step: StepResult): Promise<boolean> {
    return this.#store.saveStep(await this.#sealValue(step.key, step, { kind: 'step', name: step.name }))
  }

  async resolve(resolution: Resolution): Promise<boolean> {
    return this.#store.resolve(await this.#sealValue(resolution.key, resolution))
  }

  async get(key: string): Promise<StoredRecord | undefined> {
    const record = await this.#store.get(key)
    return record && this.#open(key, record)
  }

  delete: Store['delete'] = (key) => this.#store.delete(key)

  list: Store['list'] = async (query) => {
    const page = await this.#store.list(query)
    return {
      ...page,
      records: await Promise.all(page.records.map((record) => this.#open(record.key, record))),
    }
  }

  #within(transact: Transact<unknown>): Transact<unknown> {
    return async (request) => {
      const { key } = request
      const outcome: TransactionOutcome = await transact({
        ...request,
        run: async (grant) => this.#sealValue(key, await request.run(grant)),
        finalFailure: async (error) => {
          const failure = await request.finalFailure(error)
          return failure === undefined ? failure : this.#cipher.encrypt(failure, { key, kind: 'failure' })
        },
      })
      return this.#open(key, outcome)
    }
  }

  async #sealValue<T extends { readonly value?: string | undefined }>(
    key: string,
    holder: T,
    place: Omit<Place, 'key'> = { kind: 'value' },
  ): Promise<T> {
    const { value } = holder
    if (value === undefined) return holder
    return { ...holder, value: await this.#cipher.encrypt(value, { key, ...place }) }
  }

  async #open<T extends object>(key: string, holder: T & Texts): Promise<T> {
    const { value, failure, steps } = holder
    if (value === undefined && failure === undefined && !steps?.length) return holder
    return {
      ...holder,
      ...(value !== undefined && { value: await this.#opened(value, { key, kind: 'value' }) }),
      ...(failure !== undefined && { failure: await this.#openedFailure(failure, key) }),
      ...(steps && { steps: await Promise.all(steps.map((step) => this.#openedStep(step, key))) }),
    }
  }

  async #openedStep({ name, value }: SavedStep, key: string): Promise<SavedStep> {
    if (value === undefined) return { name }
    return { name, value: await this.#opened(value, { key, kind: 'step', name }) }
  }

  async #opened(text: string, place: Place): Promise<string> {
    return this.#cipher.decrypt(text, place).catch((error: CodecError) => this.#marked(error.message))
  }

  /** That it failed is known, and so the answer; why it did is told as far as it can be. */
  async #openedFailure(text: string, key: string): Promise<string> {
    return this.#cipher
      .decrypt(text, { key, kind: 'failure' })
      .catch(({ name, code, message }: CodecError) =>
        JSON.stringify({ name, code, message } satisfies Failure),
      )
  }
}
