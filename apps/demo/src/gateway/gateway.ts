import type { Charge, ChargeOrder } from './ledger'

/** What a request may ask the gateway to do, to see what follows. */
export const SIMULATIONS = ['gateway-failure', 'gateway-lost-reply'] as const
export type Simulation = (typeof SIMULATIONS)[number]

/** The company that charges cards, as the payment service reaches it. */
export interface Gateway {
  /**
   * Charges once per idempotency key, and answers with the id of the charge.
   *
   * @throws GatewayError if it refuses, or if its answer is lost after it has charged
   */
  charge(order: ChargeOrder, signal: AbortSignal, simulation?: Simulation): Promise<string>
  /** What its ledger says of one payment or, without a token, of all. */
  statement(token?: string): Promise<Statement>
}

export interface Statement {
  readonly count: number
  /** What they come to, as decimal text. */
  readonly total: string
  /** The newest of them, the newest first. */
  readonly charges: readonly Charge[]
}
