import {
  type Idem,
  IdemError,
  type IdemOptions,
  InProgressError,
  type Observer,
  type RunOptions,
  type Store,
  UnsettledError,
} from '@idem/core'
import type { Gateway } from '../gateway/gateway'
import { formatAmount } from '../money/amount'
import { chargeCard, type Receipt, type Simulation } from './charge-card'
import { Gate } from './gate'
import type { PaymentBook } from './payment-book'
import { BusyError, clientFailure, PaymentFailedError } from './payment-errors'
import { type PaymentRecord, paymentRecord } from './payment-record'
import type { PaymentRequest } from './payment-request'

export interface PaymentServiceOptions {
  readonly store: Store
  readonly gateway: Gateway
  /** Where payments that were made are entered, if anywhere: then they are made once it has them. */
  readonly book?: PaymentBook | undefined
  /** How many payments may run at a time. */
  readonly maxRunning: number
  /** How many clients may wait for a running payment at a time. */
  readonly maxWaiting: number
  /** How long one call to the store may take. */
  readonly storeTimeoutMs: number
  /** How long a payment whose process is silent still counts as running. */
  readonly leaseMs: number
  /** Kills the process. */
  readonly crash: () => void
  /** Makes the `Idem` that payments go through. */
  readonly idem: (options: IdemOptions<Store>) => Idem
  /** Is told all that happens to payments. */
  readonly observe: Observer
  /** Is told what of the store's set-up endangers records. */
  readonly warn: (message: string) => void
}

/** How a client wants one payment to be made. */
export interface PayTerms {
  /** How long to wait for the same payment if it is running already; 0 for not at all. */
  readonly waitSeconds: number
  readonly simulation?: Simulation | undefined
}

export interface Paid {
  readonly receipt: Receipt
  /** Who did the work: this request, an earlier one, or one that was running meanwhile. */
  readonly outcome: 'executed' | 'replayed' | 'shared' | 'executed, not recorded'
  readonly attempt?: number
  /** Why it could not be recorded, if it could not. */
  readonly unsettled?: UnsettledError
}

const NAME = 'payment'

/** Payments, each made once however often it is asked for. */
export class PaymentService {
  readonly #idem: Idem
  readonly #gateway: Gateway
  readonly #book: PaymentBook | undefined
  readonly #crash: () => void
  readonly #running: Gate
  readonly #waiting: Gate

  constructor(options: PaymentServiceOptions) {
    const { store, gateway, book, maxRunning, maxWaiting, storeTimeoutMs, leaseMs, observe, warn } = options
    this.#gateway = gateway
    this.#book = book
    this.#crash = options.crash
    this.#running = new Gate(maxRunning)
    this.#waiting = new Gate(maxWaiting)
    this.#idem = options.idem({
      store,
      namespace: 'payments',
      storeTimeout: storeTimeoutMs,
      settleTimeout: storeTimeoutMs * 2,
      lease: leaseMs,
      maxRunTime: '120s',
      // What stays in the book can be asked for as long as it does: a token that is forgotten sooner could pay again.
      retention: book === undefined ? '24h' : Number.POSITIVE_INFINITY,
      // An attempt of which nobody knows how it ended may run again: the gateway charges once for the same subkey.
      onAbandoned: 'rerun',
      errorCodec: { encode: clientFailure },
      observer: (event) => {
        observe(event)
        if (event.type === 'store-warning') warn(event.message)
      },
    })
  }

  /**
   * Makes the payment, or answers with what an earlier or a running request made of it.
   *
   * @throws PaymentFailedError if this request tried and failed
   * @throws BusyError if there is no room to run it, or to wait for it
   * @throws IdemError for all else that {@link Idem.execute} may say
   */
  async pay(request: PaymentRequest, terms: PayTerms): Promise<Paid> {
    const pay = () => this.#execute(request, terms, { onInProgress: 'reject' })
    try {
      return await this.#running.pass(pay, async () => {
        if (await this.#needsNoRoom(request)) return pay()
        throw new BusyError('Too many payments are running')
      })
    } catch (error) {
      if (!(error instanceof InProgressError) || terms.waitSeconds === 0) throw error
    }
    // If the process that runs it dies, one of those who wait takes it over, and there is no turning away any more.
    const takeOver = (attempt: () => Promise<Receipt>) => this.#running.admit(attempt)
    const patience: RunOptions = { onInProgress: 'wait', waitTimeout: `${terms.waitSeconds}s` }
    const wait = () => this.#execute(request, terms, patience, takeOver)
    const paid = await this.#waiting.pass(wait, async () => {
      throw new BusyError('Too many clients are waiting')
    })
    return paid.outcome === 'replayed' ? { ...paid, outcome: 'shared' } : paid
  }

  async find(token: string): Promise<PaymentRecord | undefined> {
    const record = await this.#idem.inspect(token, { name: NAME })
    return record && paymentRecord(record)
  }

  async page(
    limit: number,
    cursor?: string,
  ): Promise<{ records: PaymentRecord[]; cursor?: string | undefined }> {
    const page = await this.#idem.page({ limit, cursor })
    return { records: page.records.map(paymentRecord), cursor: page.cursor }
  }

  /** @throws StoreError if the store does not answer */
  async probe(): Promise<void> {
    await this.#idem.inspect('probe', { name: 'health' })
  }

  /** How many payments run now, and how many clients wait for one. */
  get load(): { readonly running: number; readonly waiting: number } {
    return { running: this.#running.inside, waiting: this.#waiting.inside }
  }

  /** Resolves as soon as no payment runs and nobody waits for one. */
  async idle(): Promise<void> {
    await Promise.all([this.#running.idle(), this.#waiting.idle()])
  }

  async #execute(
    request: PaymentRequest,
    { simulation }: PayTerms,
    patience: RunOptions,
    enter = (attempt: () => Promise<Receipt>) => attempt(),
  ): Promise<Paid> {
    const charge = chargeCard(
      { gateway: this.#gateway, book: this.#book, crash: this.#crash },
      request,
      simulation,
    )
    try {
      const { value, replayed, attempt } = await this.#idem.execute(
        request.token,
        (ctx) => enter(() => charge(ctx)),
        {
          name: NAME,
          fingerprint: { amount: formatAmount(request.amount), user_id: request.userId },
          ...patience,
        },
      )
      return { receipt: value, attempt, outcome: replayed ? 'replayed' : 'executed' }
    } catch (error) {
      if (error instanceof UnsettledError) {
        // The card is charged. Anything but the truth would make the client pay again.
        return { receipt: error.value as Receipt, outcome: 'executed, not recorded', unsettled: error }
      }
      throw error instanceof IdemError ? error : new PaymentFailedError(error)
    }
  }

  /** Whether the answer is there, or being worked on. It may change at once: then there is one payment too many. */
  async #needsNoRoom({ token }: PaymentRequest): Promise<boolean> {
    const record = await this.#idem.inspect(token, { name: NAME })
    return record?.state === 'succeeded' || record?.state === 'running'
  }
}
