import { type AttemptContext, UnsettledError } from '@idem/core'
import { SIMULATIONS as GATEWAY_SIMULATIONS, type Gateway } from '../gateway/gateway'
import { formatAmount } from '../money/amount'
import type { PaymentBook } from './payment-book'
import type { PaymentRequest } from './payment-request'

/** What is recorded of a payment that went through. */
export interface Receipt {
  readonly order_id: string
  readonly charge_id: string
  readonly amount: string
  readonly user_id: string
  readonly description: string
}

/** What a payment changes in the world. */
export interface Effects {
  readonly gateway: Gateway
  readonly book: PaymentBook | undefined
  /** Kills the process. */
  readonly crash: () => void
}

/** What a request may ask for, to see what follows. */
export const SIMULATIONS = [...GATEWAY_SIMULATIONS, 'crash-before-charge', 'crash-after-charge'] as const
export type Simulation = (typeof SIMULATIONS)[number]

/**
 * One attempt at a payment: the work that must be done once.
 *
 * The card is charged outside of any database: no transaction can hold that, and none is kept open while the gateway takes
 * its time. So the attempt is one that `execute` protects, which others see running, and which is taken over if its process
 * dies; every attempt gives the gateway the same key. What the database can do once it does at the end, in a transaction of
 * its own: entering the payment into the book. Wherever an attempt is cut short, the next one finds what is done already: one
 * charge, one entry.
 */
export function chargeCard(
  { gateway, book, crash }: Effects,
  request: PaymentRequest,
  simulation?: Simulation,
) {
  const { token, amount, userId, description } = request
  return async (ctx: AttemptContext): Promise<Receipt> => {
    const order = { idempotencyKey: ctx.subkey('charge'), token, userId, amount }
    const chargeId = await ctx
      .step('charge', async () => {
        if (simulation === 'crash-before-charge') crash()
        const charged = await gateway.charge(order, ctx.signal, ofGateway(simulation))
        if (simulation === 'crash-after-charge') crash()
        return charged
      })
      .catch(chargedButNotSaved)
    const receipt = {
      // Named after its charge: should the record be lost and the payment run again, the order is still the same.
      order_id: `PAY_${chargeId}`,
      charge_id: chargeId,
      amount: formatAmount(amount),
      user_id: userId,
      description,
    }
    return book === undefined ? receipt : book.enter(token, receipt)
  }
}

/** What of it is for the gateway to do. */
const ofGateway = (simulation: Simulation | undefined) =>
  GATEWAY_SIMULATIONS.find((known) => known === simulation)

/** A step that ran and could not be saved: the payment can go on, and may still be recorded as a whole. */
function chargedButNotSaved(error: unknown): string {
  if (error instanceof UnsettledError) return error.value as string
  throw error
}
