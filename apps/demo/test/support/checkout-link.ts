import type { GatewayDesk } from '../../src/gateway/gateway-desk'
import type { Message } from '../../src/queue/publisher'

/** What a checkout in a process of its own asks of the test, which outlives it. */
export interface CheckoutParent extends Omit<GatewayDesk, 'callOff'> {
  callOff(id: number): Promise<void>
  publish(topic: string, message: Message): Promise<void>
}

/** What it is to do, as JSON in its arguments. */
export interface CheckoutErrand {
  readonly store: string
  readonly url: string
  readonly body: unknown
  readonly headers: Readonly<Record<string, string>>
}
