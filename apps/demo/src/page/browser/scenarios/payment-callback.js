import { insist } from '../api.js'
import { curl, good } from './card.js'

const ORDER = { sku: 'teapot', quantity: 1, amount: '24.90' }
const USER = { 'X-User': 'ada' }
const TIMES = 8

export const paymentCallback = {
  id: 'payment-callback',
  title: 'A payment callback',
  problem: 'The provider calls again and again, out of order, all at once. Each trade moves the order once.',
  actions: [
    {
      label: `Pay and refund, each told ${TIMES} times`,
      async run(tell) {
        const { token } = good(await insist('POST', '/orders/token', undefined, USER))
        const { order } = good(await insist('POST', '/orders', ORDER, { ...USER, 'Idempotency-Key': token }))
        const trade = { order_id: order.order_id, duplicates: TIMES, refund: true }
        const body = good(await insist('POST', '/provider/trades', trade, {}, { patienceMs: 60_000 }))
        tell(`${body.message}.`)
        for (const [status, answers] of Object.entries(body.answers)) {
          const codes = Object.entries(answers).map(([code, count]) => `${count} × ${code}${meaning(code)}`)
          tell(`${status}: ${codes.join(', ')}`)
        }
        tell(
          `The order is ${body.order.status}, by one trade.`,
          body.order.status === 'REFUNDED' ? 'good' : 'bad',
        )
      },
      curl: (origin) =>
        curl(origin, 'POST', '/provider/trades', { order_id: 'ORD_…', duplicates: TIMES, refund: true }),
    },
  ],
}

/** What the provider was told by it. */
const meaning = (code) =>
  code === '425' ? ' (too early, come again)' : code === '409' ? ' (at work, come again)' : ''
