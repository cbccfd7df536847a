import {
  type AttemptContext,
  type Execution,
  Idem,
  IdemError,
  InProgressError,
  type Store,
  UnsettledError,
} from '@idem/core'
import type { SimulatedGateway, Simulation } from '../gateway/simulated-gateway'
import { formatAmount } from '../money/amount'
import { Gate } from './gate'
import { BusyError, clientFailure, PaymentFailedError } from './payment-errors'
import { type PaymentRecord, paymentRecord } from './payment-record'
import type { PaymentRequest } from './payment-request'

export interface PaymentServiceOptions {
  readonly store: Store
  readonly gateway: SimulatedGateway
  /** How many payments may run at a time. */
  readonly maxRunning: number
  /** How many clients may wait for a running payment at a time. */
  readonly maxWaiting: number
  /** How long one call to the store may take. */
  readonly storeTimeoutMs: number
}

/** How a client wants one payment to be made. */
export interface PayTerms {
  /** How long to wait for the same payment if it is running already; 0 for not at all. */
  readonly waitSeconds: number
  readonly simulation?: Simulation | undefined
}

/** What is recorded of a payment that went through. */
export interface Receipt {
  readonly order_id: string
  readonly charge_id: string
  readonly amount: string
  readonly user_id: string
  readonly description: string
}

export interface Paid {
  readonly receipt: Receipt
  readonly attempt: number | undefined
  /** Who did the work: this request, an earlier one, or one that was running meanwhile. */
  readonly outcome: 'executed' | 'replayed' | 'shared' | 'executed, not recorded'
}

const NAME = 'payment'

/** Payments, each made once however often it is asked for. */
export class PaymentService {
  readonly #idem: Idem
  readonly #gateway: SimulatedGateway
  readonly #running: Gate
  readonly #waiting: Gate

  constructor({ store, gateway, maxRunning, maxWaiting, storeTimeoutMs }: PaymentServiceOptions) {
    this.#gateway = gateway
    this.#running = new Gate(maxRunning)
    this.#waiting = new Gate(maxWaiting)
    this.#idem = new Idem({
      store,
      namespace: 'payments',
      storeTimeout: storeTimeoutMs,
      settleTimeout: storeTimeoutMs * 2,
      maxRunTime: '60s',
      // An attempt of which nobody knows how it ended may run again: the gateway charges once for the same subkey.
      onAbandoned: 'rerun',
      errorCodec: { encode: clientFailure },
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
    const { waitSeconds } = terms
    try {
      const paid = () => this.#execute(request, terms, { onInProgress: 'reject' })
      return await this.#running.pass(paid, async () => {
        if (await this.#isAnswered(request.token)) return paid()
        throw new BusyError('Too many payments are running')
      })
    } catch (error) {
      if (!(error instanceof InProgressError) || waitSeconds === 0) throw error
    }
    return this.#waiting.pass(
      async () => {
        const paid = await this.#execute(request, terms, {
          onInProgress: 'wait',
          waitTimeout: `${waitSeconds}s`,
        })
        return paid.outcome === 'replayed' ? { ...paid, outcome: 'shared' } : paid
      },
      async () => {
        throw new BusyError('Too many clients are waiting')
      },
    )
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
    patience: { onInProgress: 'wait' | 'reject'; waitTimeout?: `${number}s` },
  ): Promise<Paid> {
    const charge = (ctx: AttemptContext) => this.#charge(ctx, request, simulation)
    const fingerprint = { amount: formatAmount(request.amount), user_id: request.userId }
    try {
      const { value, replayed, attempt }: Execution<Receipt> = await this.#idem.execute(
        request.token,
        charge,
        {
          name: NAME,
          fingerprint,
          ...patience,
        },
      )
      return { receipt: value, attempt, outcome: replayed ? 'replayed' : 'executed' }
    } catch (error) {
      if (error instanceof UnsettledError) {
        // The card is charged. Anything but the truth would make the client pay again.
        return { receipt: error.value as Receipt, attempt: undefined, outcome: 'executed, not recorded' }
      }
      throw error instanceof IdemError ? error : new PaymentFailedError(error)
    }
  }

  async #charge(ctx: AttemptContext, request: PaymentRequest, simulation?: Simulation): Promise<Receipt> {
    const { token, amount, userId, description } = request
    const order = { idempotencyKey: ctx.subkey('charge'), token, userId, amount }
    const chargeId = await ctx
      .step('charge', () => this.#gateway.charge(order, ctx.signal, simulation))
      .catch(chargedButNotSaved)
    return {
      // Named after its charge: should the record be lost and the payment run again, the order is still the same.
      order_id: `PAY_${chargeId}`,
      charge_id: chargeId,
      amount: formatAmount(amount),
      user_id: userId,
      description,
    }
  }

  /** Whether the token needs no room to run: its answer is there, or it is running already. */
  async #isAnswered(token: string): Promise<boolean> {
    const record = await this.#idem.inspect(token, { name: NAME })
    return record?.state === 'succeeded' || record?.state === 'running'
  }
}

/** A step that ran and could not be saved: the payment can go on, and may still be recorded as a whole. */
function chargedButNotSaved(error: unknown): string {
  if (error instanceof UnsettledError) return error.value as string
  throw error
}
