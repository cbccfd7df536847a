import type { GatewayCall, GatewayReply } from '../gateway/gateway-messages'
import type { ShownRoute } from '../http/route'
import type { Orders } from '../serve'

/** From the process that started the service to one of those that answer. */
export type ToWorker =
  | { readonly type: 'begin'; readonly orders: Orders }
  | { readonly type: 'stop'; readonly withinMs: number }
  | { readonly type: 'gateway'; readonly reply: GatewayReply }

/** And back. */
export type FromWorker =
  /** It listens to orders from now on; what was said before went unheard. */
  | { readonly type: 'hello' }
  | { readonly type: 'ready'; readonly service: Listening }
  /** It cannot start; the message is for whoever started the service. */
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'gateway'; readonly call: GatewayCall }

/** What is told of a service that answers. */
export interface Listening {
  readonly url: string
  readonly routes: readonly ShownRoute[]
}
