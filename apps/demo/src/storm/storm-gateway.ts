import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Ledger } from '../gateway/ledger'
import { SimulatedGateway } from '../gateway/simulated-gateway'
import type { Call } from './stages'
import type { Payment } from './way'

/**
 * The gateway of one row of a storm. Each call has an idempotency key of its own, which protects nobody: it charges as
 * often as it is asked. What the first, second, third … call for a payment meets is written down before, and so the same
 * for every way.
 */
export class StormGateway {
  readonly #simulated = new SimulatedGateway({ failureRate: 0, delayMs: [0, 0], pause: async () => {} })
  readonly #calls = new Map<string, Iterator<Call, never>>()

  get ledger(): Ledger {
    return this.#simulated.ledger
  }

  /** Before a payment is asked for: what its charges meet. */
  expect(token: string, calls: Iterator<Call, never>): void {
    this.#calls.set(token, calls)
  }

  /**
   * Charges, and answers with the order.
   *
   * @throws GatewayError if it refuses
   */
  async charge(payment: Payment, signal: AbortSignal): Promise<string> {
    const call = this.#calls.get(payment.token)?.next().value
    if (call === undefined) throw new Error('nobody said what the charges of this payment meet')
    await sleep(call.ms, undefined, { signal })
    const order = { ...payment, idempotencyKey: randomUUID() }
    return orderOf(await this.#simulated.charge(order, signal, call.refused ? 'gateway-failure' : undefined))
  }
}

/** An order is named after its charge. */
export const orderOf = (chargeId: string): string => `PAY_${chargeId}`
