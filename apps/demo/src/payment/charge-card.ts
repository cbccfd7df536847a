import { type AttemptContext, UnsettledError } from '@idem/core'
import type { Gateway, Simulation } from '../gateway/gateway'
import { formatAmount } from '../money/amount'
import type { PaymentRequest } from './payment-request'

/** What is recorded of a payment that went through. */
export interface Receipt {
  readonly order_id: string
  readonly charge_id: string
  readonly amount: string
  readonly user_id: string
  readonly description: string
}

/** One attempt at a payment: the work that must be done once. */
export function chargeCard(gateway: Gateway, request: PaymentRequest, simulation?: Simulation) {
  const { token, amount, userId, description } = request
  return async (ctx: AttemptContext): Promise<Receipt> => {
    const order = { idempotencyKey: ctx.subkey('charge'), token, userId, amount }
    const chargeId = await ctx
      .step('charge', () => gateway.charge(order, ctx.signal, simulation))
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
}

/** A step that ran and could not be saved: the payment can go on, and may still be recorded as a whole. */
function chargedButNotSaved(error: unknown): string {
  if (error instanceof UnsettledError) return error.value as string
  throw error
}
