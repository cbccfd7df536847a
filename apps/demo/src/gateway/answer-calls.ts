import type { Gateway } from './gateway'
import { GatewayError } from './gateway-error'
import type { GatewayCall, GatewayReply } from './gateway-messages'

/**
 * Answers the calls that one other process makes to this one's gateway. A charge whose process dies goes on: a company
 * that charges cards does not know who still waits for its answer.
 */
export function answerCalls(
  gateway: Gateway,
  reply: (reply: GatewayReply) => void,
): (call: GatewayCall) => void {
  const charging = new Map<number, AbortController>()
  return (call) => {
    if (call.type === 'call-off') charging.get(call.id)?.abort()
    else void answer(call)
  }

  async function answer(call: Exclude<GatewayCall, { type: 'call-off' }>): Promise<void> {
    const { id } = call
    try {
      const value = call.type === 'charge' ? await charge(call) : await gateway.statement(call.token)
      reply({ type: 'done', id, value })
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      reply({ type: 'failed', id, refused: error instanceof GatewayError, message })
    }
  }

  async function charge({
    id,
    order,
    simulation,
  }: Extract<GatewayCall, { type: 'charge' }>): Promise<string> {
    const calledOff = new AbortController()
    charging.set(id, calledOff)
    try {
      return await gateway.charge(order, calledOff.signal, simulation)
    } finally {
      charging.delete(id)
    }
  }
}
