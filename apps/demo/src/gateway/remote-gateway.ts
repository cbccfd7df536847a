import type { Gateway, Simulation, Statement } from './gateway'
import type { GatewayDesk } from './gateway-desk'
import { GatewayError } from './gateway-error'
import type { ChargeOrder } from './ledger'

/** The desk at the far end of a connection. */
export type FarDesk = {
  readonly [Call in keyof GatewayDesk]: (
    ...args: Parameters<GatewayDesk[Call]>
  ) => Promise<Awaited<ReturnType<GatewayDesk[Call]>>>
}

/** The gateway as it is reached from another process than its own. */
export class RemoteGateway implements Gateway {
  readonly #desk: FarDesk
  #lastId = 0

  constructor(desk: FarDesk) {
    this.#desk = desk
  }

  async charge(order: ChargeOrder, signal: AbortSignal, simulation?: Simulation): Promise<string> {
    signal.throwIfAborted()
    this.#lastId += 1
    const id = this.#lastId
    let callOff = () => {}
    const calledOff = new Promise<never>((_, reject) => {
      callOff = () => {
        this.#desk.callOff(id).catch(() => {})
        reject(signal.reason)
      }
    })
    signal.addEventListener('abort', callOff, { once: true })
    try {
      const reply = await Promise.race([this.#desk.charge(id, order, simulation), calledOff])
      if ('refused' in reply) throw new GatewayError(reply.refused)
      return reply.chargeId
    } finally {
      signal.removeEventListener('abort', callOff)
    }
  }

  statement(token?: string): Promise<Statement> {
    return this.#desk.statement(token)
  }
}
