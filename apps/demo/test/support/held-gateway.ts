import { SimulatedGateway, type SimulatedGatewayOptions } from '../../src/gateway/simulated-gateway'

/** A gateway whose charges take no time, until it is told to hold them. */
export class HeldGateway extends SimulatedGateway {
  #held: { readonly released: Promise<void>; readonly release: () => void } | undefined
  #arrived = 0
  readonly #watching = new Set<() => void>()

  constructor(options: SimulatedGatewayOptions = {}) {
    super({ failureRate: 0, pause: (_ms, signal) => this.#pause(signal), ...options })
  }

  /** From now on charges stay under way until released. */
  hold(): void {
    let release = () => {}
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    this.#held = { released, release }
  }

  release(): void {
    this.#held?.release()
    this.#held = undefined
  }

  /** How many charges have been asked for. */
  get arrived(): number {
    return this.#arrived
  }

  /** Resolves as soon as so many charges have been asked for. */
  async arrival(count: number): Promise<void> {
    while (this.#arrived < count) {
      await new Promise<void>((resolve) => this.#watching.add(resolve))
    }
  }

  async #pause(signal: AbortSignal): Promise<void> {
    this.#arrived += 1
    for (const tell of this.#watching) tell()
    this.#watching.clear()
    await this.#held?.released
    signal.throwIfAborted()
  }
}
