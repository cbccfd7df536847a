import { randomUUID } from 'node:crypto'
import { type Cents, formatAmount } from '../money/amount'
import { GatewayError } from './gateway-error'

/** What the gateway is asked to charge. */
export interface ChargeOrder {
  /** A second order with the same key gives the first one's charge. */
  readonly idempotencyKey: string
  /** What the payment service calls the payment; here only to be found again. */
  readonly token: string
  readonly userId: string
  readonly amount: Cents
}

export interface Charge extends ChargeOrder {
  readonly id: string
  readonly chargedAt: Date
}

/** The gateway's own book: how often each card was really charged. */
export class Ledger {
  readonly #charges = new Map<string, Charge>()
  readonly #max: number

  /** @param max - how many charges are remembered, and so honoured again; unless said, as many as memory keeps records */
  constructor(max = 100_000) {
    this.#max = max
  }

  /** @throws GatewayError if the key was used for another amount or user */
  charge(order: ChargeOrder): Charge {
    const earlier = this.#charges.get(order.idempotencyKey)
    if (earlier !== undefined) return sameOrder(earlier, order)
    const charge: Charge = { ...order, id: randomUUID(), chargedAt: new Date() }
    this.#charges.set(order.idempotencyKey, charge)
    const [oldest] = this.#charges.keys()
    if (this.#charges.size > this.#max && oldest !== undefined) this.#charges.delete(oldest)
    return charge
  }

  /** The charges of one payment or, without a token, of all; the newest first. */
  charges(token?: string): readonly Charge[] {
    const all = [...this.#charges.values()].reverse()
    return token === undefined ? all : all.filter((charge) => charge.token === token)
  }
}

/** What some charges come to, as decimal text. */
export function total(charges: readonly Charge[]): string {
  return formatAmount(charges.reduce((sum, { amount }) => sum + amount, 0n))
}

function sameOrder(earlier: Charge, order: ChargeOrder): Charge {
  if (earlier.amount === order.amount && earlier.userId === order.userId) return earlier
  throw new GatewayError('The gateway was asked to charge something else under a key that it knows')
}
