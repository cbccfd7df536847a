import { insist } from '../api.js'
import { randomId } from '../dom.js'
import { curl, good } from './card.js'

const GOODS = 10
const BUYERS = 30

export const stock = {
  id: 'stock',
  title: 'Stock',
  problem:
    'Many buyers, few goods, and each buyer asks twice. Never below zero; each order has its goods once.',
  actions: [
    {
      label: `${BUYERS} buyers for ${GOODS} lamps`,
      async run(tell) {
        const sku = `lamp-${randomId().slice(0, 6)}`
        good(await insist('POST', `/stock/${sku}`, { quantity: GOODS }, { 'Idempotency-Key': randomId() }))
        const orders = Array.from({ length: BUYERS }, (_, index) => `order-${index + 1}`)
        const answers = await Promise.all(
          [...orders, ...orders].map((order) =>
            insist('POST', `/stock/${sku}/reserve`, { order, quantity: 1 }),
          ),
        )
        const served = new Set(answers.filter(({ code }) => code === 200).map(({ body }) => body.order)).size
        const { available } = good(await insist('GET', `/stock/${sku}`))
        tell(`${answers.length} requests of ${BUYERS} buyers, who all asked twice.`)
        tell(
          `${served} of them have a lamp, ${BUYERS - served} were told that it is sold out, ${available} are left.`,
          served === GOODS && available === 0 ? 'good' : 'bad',
        )
      },
      curl: (origin) =>
        [
          curl(origin, 'POST', '/stock/lamp', { quantity: GOODS }, { 'Idempotency-Key': 'delivery-1' }),
          curl(origin, 'POST', '/stock/lamp/reserve', { order: 'order-1', quantity: 1 }),
          curl(origin, 'GET', '/stock/lamp'),
        ].join('\n'),
    },
  ],
}
