import { type ControlState, NOTHING_WRONG } from '../controls/controls'
import type { Gateway } from '../gateway/gateway'
import { gatewayDesk } from '../gateway/gateway-desk'
import { mergedMetrics } from '../metrics/merged-metrics'
import { Chronicle } from '../timeline/chronicle'
import type { Moment, NewMoment } from '../timeline/moment'
import type { ParentFace } from './faces'

/** A gateway that can be told to take longer, if it can. */
export interface SlowableGateway extends Gateway {
  slowedByMs?: number
}

/** How all processes are reached at once. */
export interface Everybody {
  hear(moments: readonly Moment[]): void
  control(state: ControlState): Promise<void>
  metrics(): Promise<readonly string[]>
}

/** What there is one of for all processes, in the process that has started them. */
export class CommonGround {
  readonly chronicle = new Chronicle()
  readonly #gateway: SlowableGateway
  readonly #everybody: Everybody
  #controls = NOTHING_WRONG

  constructor(gateway: SlowableGateway, everybody: Everybody) {
    this.#gateway = gateway
    this.#everybody = everybody
  }

  get controls(): ControlState {
    return this.#controls
  }

  /** What one of the processes can ask for. */
  face(): Omit<ParentFace, 'begin' | 'ready' | 'failed'> {
    return {
      ...gatewayDesk(this.#gateway),
      tell: (moments) => this.tell(moments),
      change: (change) => this.#change(change),
      scrape: async () => mergedMetrics(await this.#everybody.metrics()),
    }
  }

  tell(moments: readonly NewMoment[]): void {
    this.#everybody.hear(this.chronicle.add(moments))
  }

  async #change(change: Partial<ControlState>): Promise<ControlState> {
    const before = this.#controls
    const state = { ...before, ...change }
    this.#controls = state
    this.#gateway.slowedByMs = state.gatewaySlowedByMs
    await this.#everybody.control(state)
    const said = (type: NewMoment['type'], detail?: string) =>
      this.tell([{ at: Date.now(), process: 0, type, detail }])
    if (before.storeIsCut !== state.storeIsCut) said(state.storeIsCut ? 'store-cut' : 'store-back')
    if (before.gatewaySlowedByMs !== state.gatewaySlowedByMs)
      said('gateway-slowed', `by ${state.gatewaySlowedByMs} ms`)
    return state
  }
}
