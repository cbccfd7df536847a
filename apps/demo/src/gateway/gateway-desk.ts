import type { Gateway, Simulation, Statement } from './gateway'
import { GatewayError } from './gateway-error'
import type { ChargeOrder } from './ledger'

/** The gateway as other processes ask for it: plain data in, plain data out. */
export interface GatewayDesk {
  /** @param id - of this call, for {@link GatewayDesk.callOff} */
  charge(id: number, order: ChargeOrder, simulation?: Simulation): Promise<ChargeReply>
  /** The charge is no longer wanted; it may have taken place. */
  callOff(id: number): void
  statement(token?: string): Promise<Statement>
}

/** The id of a charge, or in the gateway's own words why there is none: an error would not come across as what it is. */
export type ChargeReply = { readonly chargeId: string } | { readonly refused: string }

/**
 * Answers one other process. A charge whose process dies goes on: a company that charges cards does not know who still
 * waits for its answer.
 */
export function gatewayDesk(gateway: Gateway): GatewayDesk {
  const charging = new Map<number, AbortController>()
  return {
    async charge(id, order, simulation) {
      const calledOff = new AbortController()
      charging.set(id, calledOff)
      try {
        return { chargeId: await gateway.charge(order, calledOff.signal, simulation) }
      } catch (error) {
        if (error instanceof GatewayError) return { refused: error.message }
        throw error
      } finally {
        charging.delete(id)
      }
    },
    callOff: (id) => charging.get(id)?.abort(),
    statement: (token) => gateway.statement(token),
  }
}
