import { simulatedProvider } from './provider/provider-routes'
import type { Broker } from './queue/broker'
import { checkout } from './scenarios/checkout'
import { coupon } from './scenarios/coupon'
import { createOrder } from './scenarios/create-order'
import { paymentCallback } from './scenarios/payment-callback'
import { queue } from './scenarios/queue'
import type { Scenario, Shop } from './scenarios/scenario'
import { stock } from './scenarios/stock'

export interface ShopOptions {
  /** Signs the tokens of orders. */
  readonly tokenSecret: Uint8Array
  /** What the payment provider signs its callbacks with. */
  readonly callbackSecret: string
  /** Where the service can be reached: the simulated provider calls it there. */
  readonly url: () => string
  /** Where paid orders are published; nobody consumes them where it is missing. */
  readonly broker: Broker | undefined
  /** Is told what goes wrong with a message. */
  readonly print: (line: string) => void
  /** Kills the process. */
  readonly crash: () => void
}

/** The shop: all of its scenarios. */
export function openShop(shop: Shop, options: ShopOptions): Required<Scenario> {
  const { tokenSecret, callbackSecret, url, broker, print, crash } = options
  const scenarios: readonly Scenario[] = [
    createOrder(shop, { tokenSecret }),
    paymentCallback(shop, { secret: callbackSecret }),
    stock(shop),
    coupon(shop),
    checkout(shop, { crash }),
    ...(broker === undefined ? [] : [queue(shop, { broker, print })]),
    simulatedProvider(shop, { secret: callbackSecret, url: () => `${url()}/callbacks/payment` }),
  ]
  return {
    routes: scenarios.flatMap(({ routes }) => routes),
    stop: async () => void (await Promise.all(scenarios.map(({ stop }) => stop?.()))),
  }
}
