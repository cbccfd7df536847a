import type { ControlState } from '../controls/controls'
import type { GatewayDesk } from '../gateway/gateway-desk'
import type { ShownRoute } from '../http/route'
import type { Orders } from '../serve'
import type { Moment, NewMoment } from '../timeline/moment'

/** What the process that started the service does for one of those that answer. */
export interface ParentFace extends GatewayDesk {
  /** What the new process is to do; `undefined` if it is to end, for the service is stopping. */
  begin(): Beginning | undefined
  ready(service: Listening): void
  /** It cannot start; the message is for whoever started the service. */
  failed(message: string): void
  tell(moments: readonly NewMoment[]): void
  change(change: Partial<ControlState>): Promise<ControlState>
  scrape(): Promise<string>
}

/** And what one that answers does for the one that started it. */
export interface WorkerFace {
  stop(withinMs: number): void
  hear(moments: readonly Moment[]): void
  control(state: ControlState): void
  metrics(): Promise<string>
}

export interface Beginning {
  readonly orders: Orders
  readonly controls: ControlState
  /** What happened before. */
  readonly moments: readonly Moment[]
}

/** What is told of a service that answers. */
export interface Listening {
  readonly url: string
  readonly routes: readonly ShownRoute[]
}
