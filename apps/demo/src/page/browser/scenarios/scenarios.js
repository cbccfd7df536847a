import { byId } from '../dom.js'
import { card } from './card.js'
import { checkout } from './checkout.js'
import { coupon } from './coupon.js'
import { createOrder } from './create-order.js'
import { paymentCallback } from './payment-callback.js'
import { queue } from './queue.js'
import { stock } from './stock.js'

/** A section for each scenario of the shop. */
export function startScenarios(about) {
  const all = [createOrder, paymentCallback, stock, coupon, queue, checkout]
  byId('scenario-cards').replaceChildren(...all.map((scenario) => card(scenario, about)))
}
