import type { Gateway, Simulation, Statement } from './gateway'
import { GatewayError } from './gateway-error'
import type { GatewayCall, GatewayReply } from './gateway-messages'
import type { ChargeOrder } from './ledger'

interface OpenCall {
  resolve(value: unknown): void
  reject(reason: unknown): void
}

/** The gateway as it is reached from another process than its own. */
export class RemoteGateway implements Gateway {
  readonly #send: (call: GatewayCall) => void
  readonly #open = new Map<number, OpenCall>()
  #lastId = 0

  constructor(send: (call: GatewayCall) => void) {
    this.#send = send
  }

  async charge(order: ChargeOrder, signal: AbortSignal, simulation?: Simulation): Promise<string> {
    signal.throwIfAborted()
    const id = this.#nextId()
    const callOff = () => {
      this.#send({ type: 'call-off', id })
      this.#take(id)?.reject(signal.reason)
    }
    signal.addEventListener('abort', callOff, { once: true })
    try {
      return (await this.#ask({ type: 'charge', id, order, simulation })) as string
    } finally {
      signal.removeEventListener('abort', callOff)
    }
  }

  async statement(token?: string): Promise<Statement> {
    return (await this.#ask({ type: 'statement', id: this.#nextId(), token })) as Statement
  }

  /** Takes in what the gateway's process answers. */
  hear(reply: GatewayReply): void {
    const call = this.#take(reply.id)
    if (reply.type === 'done') call?.resolve(reply.value)
    else call?.reject(reply.refused ? new GatewayError(reply.message) : new Error(reply.message))
  }

  #ask(call: GatewayCall): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#open.set(call.id, { resolve, reject })
      this.#send(call)
    })
  }

  #take(id: number): OpenCall | undefined {
    const call = this.#open.get(id)
    this.#open.delete(id)
    return call
  }

  #nextId(): number {
    this.#lastId += 1
    return this.#lastId
  }
}
