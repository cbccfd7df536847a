import type { Cents } from '../money/amount'
import type { OpenStore } from '../stores/store-kind'

/** A payment as the clients of a storm ask for it; whoever asks again sends the same token. */
export interface Payment {
  readonly token: string
  readonly userId: string
  readonly amount: Cents
}

/** What a service tells a client. */
export type Answer =
  | { readonly type: 'paid'; readonly order: string }
  /** Somebody is at it: ask again. */
  | { readonly type: 'in progress' }
  /** It was tried and failed: the same token may be sent again. */
  | { readonly type: 'failed'; readonly message: string }
  /** Not now, and never. */
  | { readonly type: 'refused'; readonly message: string }

/** Makes a payment; what it throws becomes an answer as it does in any service. */
export type Pay = (payment: Payment, signal: AbortSignal) => Promise<Answer>

/** What each way has to work with: nobody has more. */
export interface Tools extends Pick<OpenStore, 'store' | 'tables' | 'locks' | 'transaction'> {
  /**
   * Has the card charged, and answers with the order. It charges as often as it is asked: nothing saves a way that asks
   * twice.
   *
   * @throws GatewayError if the gateway refuses
   */
  readonly charge: (payment: Payment, signal: AbortSignal) => Promise<string>
  /** How long a lease, or a lock, lasts. */
  readonly leaseMs: number
}

/** One way to make a payment, good or bad. */
export interface Way {
  readonly name: string
  /** Whether it is one of idem's. */
  readonly idem: boolean
  /** The service of one process, or `undefined` if the store has not what it takes. */
  open(tools: Tools): Pay | undefined
}
