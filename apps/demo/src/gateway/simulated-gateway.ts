import { setTimeout as sleep } from 'node:timers/promises'
import type { Gateway, Simulation, Statement } from './gateway'
import { GatewayError } from './gateway-error'
import { type ChargeOrder, Ledger, total } from './ledger'

/** How many charges a statement shows; it counts them all. */
const SHOWN = 100

export interface SimulatedGatewayOptions {
  /** The share of charges that fail, from 0 to 1. @defaultValue 0.05 */
  readonly failureRate?: number | undefined
  /** The shortest and the longest time that a charge takes, in milliseconds. @defaultValue 100 to 500 */
  readonly delayMs?: readonly [number, number] | undefined
  /** Passes the time of a charge. @defaultValue a timer */
  readonly pause?: ((ms: number, signal: AbortSignal) => Promise<void>) | undefined
}

/** Stands for a company that charges cards: slow, unreliable, and honest in its ledger. */
export class SimulatedGateway implements Gateway {
  readonly ledger = new Ledger()
  /** How much longer than usual a charge takes, from now on. */
  slowedByMs = 0
  readonly #failureRate: number
  readonly #delayMs: readonly [number, number]
  readonly #pause: (ms: number, signal: AbortSignal) => Promise<void>

  constructor(options: SimulatedGatewayOptions = {}) {
    this.#failureRate = options.failureRate ?? 0.05
    this.#delayMs = options.delayMs ?? [100, 500]
    this.#pause = options.pause ?? ((ms, signal) => sleep(ms, undefined, { signal }))
  }

  async charge(order: ChargeOrder, signal: AbortSignal, simulation?: Simulation): Promise<string> {
    const [least, most] = this.#delayMs
    await this.#pause(least + Math.random() * (most - least) + this.slowedByMs, signal)
    if (simulation === 'gateway-failure' || Math.random() < this.#failureRate) {
      throw new GatewayError('The gateway refused the charge')
    }
    const charge = this.ledger.charge(order)
    if (simulation === 'gateway-lost-reply') throw new GatewayError('The gateway did not answer')
    return charge.id
  }

  async statement(token?: string): Promise<Statement> {
    const found = this.ledger.charges(token)
    return { count: found.length, total: total(found), charges: found.slice(0, SHOWN) }
  }
}
